import type { SegmentPiece } from './segment-piece.ts'

export interface PlayOrderOptions {
  /** Track id -> rank among tracks, least first: video, then its audio tracks. Every track that may come is named. */
  readonly trackRank: ReadonlyMap<number, number>
  /** Pieces wait for earlier ones of other tracks only while all that wait are no larger than this. */
  readonly maxHeldBytes: number
}

/**
 * Hands pieces on in the order in which a player asks for them: init segments, then by index, then by rank of the track.
 * Pieces of one track never overtake one another, none is lost. Over `maxHeldBytes` the earliest piece goes without
 * waiting, so a track that pauses or ends early delays the others but never stops them.
 */
export async function* inPlayOrder(
  pieces: AsyncIterable<SegmentPiece>,
  { trackRank, maxHeldBytes }: PlayOrderOptions,
): AsyncIterable<SegmentPiece> {
  const queue = new PlayQueue(trackRank)
  for await (const piece of pieces) {
    queue.add(piece)
    while (queue.heldBytes > maxHeldBytes || queue.isFirstSure()) yield queue.takeFirst()
  }
  while (queue.heldPieces > 0) yield queue.takeFirst()
}

/** Where a piece stands: `step` is 0 for an init segment, else its index + 1. */
interface Place {
  readonly step: number
  readonly rank: number
}

/** One line per track; the lines are in order, so the first of all is the first of one of them. */
class PlayQueue {
  heldBytes = 0
  heldPieces = 0
  readonly #lines: Line[]

  constructor(trackRank: ReadonlyMap<number, number>) {
    const inOrder = [...trackRank].sort(([, one], [, other]) => one - other)
    this.#lines = inOrder.map(([trackId], rank) => new Line(trackId, rank))
  }

  add(piece: SegmentPiece): void {
    this.#lineOf(piece).add(piece)
    this.heldPieces++
    this.heldBytes += piece.byteLength
  }

  /** Whether nothing that is still to come can stand before the first piece. */
  isFirstSure(): boolean {
    const first = this.#firstLine()
    return this.heldPieces > 0 && this.#lines.every((line) => line === first || isBefore(first.front, line.next))
  }

  takeFirst(): SegmentPiece {
    const piece = this.#firstLine().take()
    this.heldPieces--
    this.heldBytes -= piece.byteLength
    return piece
  }

  #firstLine(): Line {
    return this.#lines.reduce((first, line) => (isBefore(line.front, first.front) ? line : first))
  }

  #lineOf({ trackId }: SegmentPiece): Line {
    const known = this.#lines.find((line) => line.trackId === trackId)
    if (known) return known
    throw new RangeError(`track ${trackId} has no rank`)
  }
}

class Line {
  readonly trackId: number
  readonly #rank: number
  #waiting: SegmentPiece[] = []
  #nextStep = 0

  constructor(trackId: number, rank: number) {
    this.trackId = trackId
    this.#rank = rank
  }

  add(piece: SegmentPiece): void {
    this.#waiting.push(piece)
    this.#nextStep = stepOf(piece) + (piece.ends || piece.index === 'init' ? 1 : 0)
  }

  take(): SegmentPiece {
    const piece = this.#waiting.shift()
    if (piece) return piece
    throw new RangeError('nothing waits')
  }

  /** The place of its first piece that waits. */
  get front(): Place {
    const [first] = this.#waiting
    return { step: first ? stepOf(first) : Number.POSITIVE_INFINITY, rank: this.#rank }
  }

  /** The earliest place that a piece can have which waits or is still to come. */
  get next(): Place {
    return this.#waiting.length > 0 ? this.front : { step: this.#nextStep, rank: this.#rank }
  }
}

function stepOf({ index }: SegmentPiece): number {
  return index === 'init' ? 0 : index + 1
}

function isBefore(one: Place, other: Place): boolean {
  return one.step < other.step || (one.step === other.step && one.rank < other.rank)
}
