import type { Track } from './video.ts'

/** Presentation zero in the media time of what we serve: room for B-frames' decode times and encoder priming. */
export const MEDIA_ORIGIN_SEC = 10

/** Everything the ingest decides before it touches payload. Stored with the video, so that a resumed ingest repeats it. */
export interface IngestPlan {
  /** Container time of presentation zero. */
  readonly startSec: number
  readonly durationSec: number
  /** EXT-X-TARGETDURATION of every media playlist: no segment, rounded, is longer (RFC 8216 §4.3.3.1). */
  readonly targetDurationSec: number
  /** Presentation times at which segments begin, ascending; the first is 0. Segment i of every track begins at borders[i]. */
  readonly borders: readonly number[]
  /** `ts` only when a piece is encoded to fit: other parameter sets in one track need it. */
  readonly packaging: 'fmp4' | 'ts'
  /** Video and audio, in rank order: video first. */
  readonly tracks: readonly TrackPlan[]
  readonly subtitles: readonly SubtitlePlan[]
  /** Segments of the video track that are encoded to fit into a blob, with the bits that they may take. */
  readonly reencode: readonly { readonly index: number; readonly maxBytes: number }[]
  readonly notes: readonly string[]
  /** `OpenMedia.encodedBy` of the run that began; plans that cut nothing have none. */
  readonly encodedBy?: string
}

/** A track as planned: `codecs` and exact figures follow when its init segment is known. */
export interface TrackPlan extends Omit<Track, 'id' | 'videoId' | 'codecs' | 'streamIndex' | 'kind'> {
  readonly kind: 'video' | 'audio'
  readonly streamIndex: number
}

export interface SubtitlePlan {
  readonly name: string
  readonly streamIndex: number
  readonly codec: string
  readonly form: 'text' | 'bitmap'
  readonly language: string
  readonly title: string | null
  readonly isDefault: boolean
  readonly forced: boolean
  readonly hearingImpaired: boolean
}
