/** Where the video of a file can be cut, and how large the pieces are. Times are seconds of container time. */
export interface MediaIndex {
  /** Container time of the first picture shown (or of the first sound, without video): presentation zero. */
  readonly startSec: number
  readonly endSec: number
  /** How it was found: the container's own index, or a scan of all packets; `none` needs no index (all is encoded). */
  readonly origin: 'container' | 'packets' | 'none'
  /** Groups of pictures in play order; empty without video. */
  readonly gops: readonly GroupOfPictures[]
}

export interface GroupOfPictures {
  readonly startSec: number
  /** Bytes of the video track from this key frame to the next. */
  readonly byteLength: number
  /** False for an open GOP: not a place to cut, seeks there fail in browsers. */
  readonly closed: boolean
}
