import type { BlobRef } from './blob-store.ts'
import type { PackId, TrackId, VideoId } from './ids.ts'

/** `deleting` is on its way out and shown nowhere. Shown to people as processing (queued, ingesting), active, error. */
export type VideoState = 'queued' | 'ingesting' | 'ready' | 'failed' | 'deleting'

/** What a viewer sees as one title. Its bytes live in the segments of its tracks. */
export interface Video {
  readonly id: VideoId
  readonly title: string
  readonly originalFilename: string
  readonly state: VideoState
  readonly failure: VideoFailure | null
  /** Known from the plan on. */
  readonly durationSec: number | null
  /** `mov`, `matroska`, `mpegts` …, as the probe names it. */
  readonly container: string | null
  /** Bytes of the source file. */
  readonly byteLength: number
  readonly chapters: readonly Chapter[]
  readonly statistics: IngestStatistics | null
  /** What a viewer should know: no closed key frames, end of the file missing, … */
  readonly notes: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface VideoFailure {
  readonly code: string
  readonly message: string
  readonly why?: string
  readonly fix?: string
}

export interface Chapter {
  readonly startSec: number
  readonly endSec: number
  readonly title: string
}

/** What the ingest did. Percent follow from the counts. */
export interface IngestStatistics {
  /** The segment duration the plan settled on: the median, in seconds. */
  readonly segmentDurationSec: number
  readonly segments: number
  readonly copiedSegments: number
  readonly reencodedSegments: number
  readonly totalBytes: number
  readonly averageBytes: number
  readonly largestBytes: number
  readonly packs: number
  readonly elapsedSec: number
}

export type TrackKind = 'video' | 'audio' | 'subtitles'

/**
 * One encoding of one kind of media; it has exactly one media playlist.
 * In the multivariant playlist a video track is a variant (RFC 8216 §4.3.4.2),
 * an audio or subtitles track is a rendition (§4.3.4.1).
 */
export interface Track {
  readonly id: TrackId
  readonly videoId: VideoId
  /** `v0`, `a1`, `s0`: kind and number within the kind; stands in addresses. */
  readonly name: string
  readonly kind: TrackKind
  /** The stream of the source file, or null for a file added later. */
  readonly streamIndex: number | null
  readonly action: 'copy' | 'encode'
  /** Why it was copied or encoded, for people. */
  readonly reason: string
  /** ffmpeg's short name: `h264`, `aac`, `subrip` … of what is stored (audio, video) or of the original (subtitles). */
  readonly codec: string
  /** RFC 6381, as the CODECS attribute wants it; empty for subtitles. */
  readonly codecs: string
  /** Peak and average segment bit rate in bits per second (RFC 8216 §4.3.4.2). */
  readonly bandwidth: number
  readonly averageBandwidth: number
  /** BCP 47, `und` when unknown. */
  readonly language: string
  readonly title: string | null
  readonly isDefault: boolean
  readonly forced: boolean
  readonly hearingImpaired: boolean
  /** As shown (after rotation); video only. */
  readonly width: number | null
  readonly height: number | null
  readonly frameRate: number | null
  readonly videoRange: 'SDR' | 'HLG' | 'PQ' | null
  readonly channels: number | null
  readonly sampleRate: number | null
}

/** The n-th media segment of a track, or its init segment (EXT-X-MAP, RFC 8216 §4.3.2.5). */
export type SegmentIndex = number | 'init'

export interface Segment {
  readonly trackId: TrackId
  readonly index: SegmentIndex
  /** Presentation time; the first segment of a video begins at 0. */
  readonly startSec: number
  readonly durationSec: number
  readonly byteLength: number
  /** In play order; one as a rule, more when the segment lies across a pack border. */
  readonly slices: readonly Slice[]
  /** Encoded to fit a blob (OVERSIZED_SEGMENTS=reencode). */
  readonly reencoded: boolean
}

export interface Slice {
  readonly packId: PackId
  /** From the first byte of the pack's blob. */
  readonly offset: number
  readonly length: number
  /** Hex SHA-256 of these bytes; checked on every whole read. */
  readonly sha256: string
}

/** Many segments of one video, in the order in which a player asks for them, as one blob. */
export interface Pack {
  readonly id: PackId
  readonly videoId: VideoId
  /** 0, 1, 2 … within the video. */
  readonly position: number
  /**
   * `filling`: a file in the work area that grows. `sealed`: complete, on its way into the store.
   * `stored`: durable at `ref`; the work file may be gone.
   */
  readonly state: 'filling' | 'sealed' | 'stored'
  readonly ref: BlobRef | null
  /** How far recorded slices have ever reached (0 before the first); the whole blob once sealed. */
  readonly byteLength: number
  /** Hex SHA-256 of the pack's table, which names the SHA-256 of everything in it. Null until sealed. */
  readonly digest: string | null
}

/** A file that belongs to a video and is no segment. */
export interface Attachment {
  readonly videoId: VideoId
  /** Unique within the video: `poster.jpg`, `s0.vtt`, `s0.orig.ass`, `manifest.json`. */
  readonly name: string
  /** `outline`: video and tracks as planned, written first; `manifest`: everything, written last. Both serve the rebuild. */
  readonly kind: 'poster' | 'subtitle' | 'subtitle-original' | 'outline' | 'manifest'
  /** The track it belongs to, for subtitles. */
  readonly trackName: string | null
  readonly mediaType: string
  readonly slices: readonly Slice[]
  readonly byteLength: number
}
