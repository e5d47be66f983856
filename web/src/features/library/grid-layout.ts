export interface GridLayout {
  readonly columns: number
  readonly cardWidth: number
  /** With the gap below. */
  readonly rowHeight: number
}

export interface GridWindow {
  /** Index of the first video to be drawn, and of the one after the last. */
  readonly first: number
  readonly end: number
  /** Above the first drawn row, in pixels. */
  readonly offset: number
  /** Of all rows. */
  readonly height: number
}

export const GRID_GAP = 20
const MIN_CARD_WIDTH = 232
const NARROW_MIN_CARD_WIDTH = 158
const NARROW = 560
/** Title, two lines of facts. */
const TEXT_HEIGHT = 74
const POSTER_RATIO = 9 / 16
const OVERSCAN_ROWS = 2

/** As many columns as fit; cards share the width. */
export function layOutGrid(width: number): GridLayout {
  const least = width < NARROW ? NARROW_MIN_CARD_WIDTH : MIN_CARD_WIDTH
  const columns = Math.max(1, Math.floor((width + GRID_GAP) / (least + GRID_GAP)))
  const cardWidth = (width - GRID_GAP * (columns - 1)) / columns
  return { columns, cardWidth, rowHeight: Math.round(cardWidth * POSTER_RATIO) + TEXT_HEIGHT + GRID_GAP }
}

/** Which cards stand in view. `top`: how far the grid's upper edge is above the view's, in pixels. */
export function windowOf(
  total: number,
  { columns, rowHeight }: GridLayout,
  top: number,
  viewHeight: number,
): GridWindow {
  const rows = Math.ceil(total / columns)
  const firstRow = clamp(Math.floor(top / rowHeight) - OVERSCAN_ROWS, rows)
  const endRow = clamp(Math.ceil((top + viewHeight) / rowHeight) + OVERSCAN_ROWS, rows)
  return {
    first: firstRow * columns,
    end: Math.min(total, endRow * columns),
    offset: firstRow * rowHeight,
    height: Math.max(0, rows * rowHeight - GRID_GAP),
  }
}

/** Where the video of this card stands in the list, when those at `gaps` (ascending) are not shown. */
export function placeOf(index: number, gaps: readonly number[]): number {
  return gaps.reduce((place, gap) => (gap <= place ? place + 1 : place), index)
}

function clamp(row: number, rows: number): number {
  return Math.min(rows, Math.max(0, row))
}
