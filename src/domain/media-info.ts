import type { Chapter } from './video.ts'

/** What a media file holds, as the probe reports it. Times are seconds of container time. */
export interface MediaInfo {
  /** The demuxer family: `mov`, `matroska`, `mpegts`, `avi` … */
  readonly container: string
  readonly byteLength: number
  readonly startSec: number
  /** 0 when the container does not say. */
  readonly durationSec: number
  readonly title: string | null
  readonly streams: readonly MediaStream[]
  readonly chapters: readonly Chapter[]
}

export type MediaStream = VideoStream | AudioStream | SubtitleStream

interface StreamFacts {
  /** ffmpeg's stream index in the file. */
  readonly index: number
  /** ffmpeg's short name: `h264`, `ac3`, `subrip` … */
  readonly codec: string
  readonly profile: string | null
  /** BCP 47, `und` when unknown. */
  readonly language: string
  readonly title: string | null
  readonly isDefault: boolean
  readonly forced: boolean
  readonly hearingImpaired: boolean
  /** Bits per second; null when the container does not say. */
  readonly bitRate: number | null
  readonly startSec: number
}

export interface VideoStream extends StreamFacts {
  readonly kind: 'video'
  /** A still picture: cover art, not the film. */
  readonly isCover: boolean
  /** As shown: rotation and pixel shape applied. */
  readonly width: number
  readonly height: number
  readonly rotation: 0 | 90 | 180 | 270
  readonly pixelFormat: string
  /** Average frames per second; null when unknown. */
  readonly frameRate: number | null
  readonly videoRange: 'SDR' | 'HLG' | 'PQ'
  readonly interlaced: boolean
}

export interface AudioStream extends StreamFacts {
  readonly kind: 'audio'
  readonly channels: number
  readonly sampleRate: number
}

export interface SubtitleStream extends StreamFacts {
  readonly kind: 'subtitles'
  /** Text tracks become WebVTT renditions; bitmap tracks are kept as they are. */
  readonly form: 'text' | 'bitmap'
}
