/**
 * One coded frame (ISO/IEC 14496-12 "sample", Matroska "frame", ffmpeg "packet").
 * Times are ticks of the track's timescale in container time: the time that ffprobe prints,
 * edit lists applied, possibly negative.
 */
export interface Sample {
  readonly dts: number
  readonly pts: number
  readonly duration: number
  readonly size: number
  /** A decoder can start here: an IDR, or the first picture of a closed or open GOP. */
  readonly sync: boolean
}

/** Consecutive samples of one track, in decode order, with their bytes. */
export interface SampleBatch {
  readonly trackId: number
  readonly samples: readonly Sample[]
  /** The samples' bytes one after another; borders between pieces mean nothing. */
  readonly payload: readonly Uint8Array[]
}

/** One track as a container describes it: what an init segment needs. */
export interface ContainerTrack {
  readonly id: number
  readonly kind: 'video' | 'audio' | 'subtitles' | 'other'
  /** Ticks per second. */
  readonly timescale: number
  /** The whole sample entry box (`avc1`, `hvc1`, `mp4a`, ...), ISO/IEC 14496-12 §8.5.2. */
  readonly sampleEntry: Uint8Array
  /** The nine numbers of `tkhd.matrix`, 36 bytes; says how a picture is turned. */
  readonly matrix?: Uint8Array
  /** Coded size in pixels; video only. */
  readonly width?: number
  readonly height?: number
}
