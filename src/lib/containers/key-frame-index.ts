/**
 * Where a video track can be cut and how large the pieces are, read from the container's own index.
 * Times are seconds of container time (see sample.ts).
 */
export interface KeyFrameIndex {
  /** One entry per group of pictures, in play order; the first begins the video. */
  readonly gops: readonly Gop[]
  /** Presentation end of the last picture. */
  readonly endSec: number
}

export interface Gop {
  /** Presentation time of the key frame. */
  readonly startSec: number
  /** Bytes of all tracks or of this track from this key frame to the next; says which in `KeyFrameIndex` readers. */
  readonly byteLength: number
  /** False when a later picture in decode order shows before the key frame (open GOP): not a place to cut. */
  readonly closed: boolean
}
