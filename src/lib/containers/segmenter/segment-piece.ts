/** A run of bytes of one segment. The last piece of a segment says when the segment began and how long it lasts. */
export interface SegmentPiece {
  readonly trackId: number
  /** Index of the planned border at which the segment begins; `'init'` is the init segment. */
  readonly index: number | 'init'
  readonly bytes: readonly Uint8Array[]
  readonly byteLength: number
  /** Set on the last piece of a segment; never on an init segment, which has no time. */
  readonly ends?: SegmentSpan
}

export interface SegmentSpan {
  /** Presentation time, counted from presentation zero. */
  readonly startSec: number
  readonly durationSec: number
}
