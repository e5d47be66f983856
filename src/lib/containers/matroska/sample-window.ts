/** A border came through a division; a key frame of it may have been told in milliseconds. */
const PICTURE_TOLERANCE_SEC = 0.001
const OTHER_TOLERANCE_TICKS = 0.5

/** Which of the segments that are to be made a sample belongs to. Windows begin at borders; before the first is window -1. */
export class SampleWindow {
  /** The least pts with which a sample of each window can begin. */
  readonly #earliestPts: readonly number[]
  readonly #onlyAtSync: boolean
  readonly #timescale: number
  #index: number | null = null

  /** `borders`: ascending container times in seconds. Pictures change the window with a sync sample only. */
  constructor(borders: readonly number[], timescale: number, kind: 'pictures' | 'other') {
    const tolerance = kind === 'pictures' ? PICTURE_TOLERANCE_SEC * timescale : OTHER_TOLERANCE_TICKS
    this.#earliestPts = borders.map((sec) => sec * timescale - tolerance)
    this.#onlyAtSync = kind === 'pictures'
    this.#timescale = timescale
  }

  /** The window of the next sample in decode order. Never goes back. */
  next(pts: number, sync: boolean): number {
    if (this.#index === null || sync || !this.#onlyAtSync) this.#advance(pts)
    return this.#index ?? -1
  }

  /**
   * Called when a track is known to have nothing before `timeSec`: the window that its next sample will have at least, or
   * null when that is the one it is in.
   */
  pass(timeSec: number): number | null {
    const before = this.#index ?? 0
    this.#advance(timeSec * this.#timescale)
    return this.#index === before ? null : this.#index
  }

  #advance(pts: number): void {
    let index = this.#index ?? -1
    while (pts >= (this.#earliestPts[index + 1] ?? Number.POSITIVE_INFINITY)) index++
    this.#index = index
  }
}
