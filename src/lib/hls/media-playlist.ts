import type { ByteRange } from './byte-range.ts'
import type { Cue } from './cue.ts'
import type { DateRange } from './date-range.ts'
import type { RawAttributesTag } from './playlist-reading.ts'
import type { PlaylistHead } from './playlist-head.ts'
import type { SegmentKey } from './segment-key.ts'

/** A media playlist as it was read (RFC 8216bis §4.4.3). Null means: not there, or not readable and reported. */
export interface MediaPlaylist extends PlaylistHead {
  readonly kind: 'media'
  readonly targetDurationSec: number | null
  /** MSN of the first segment that the playlist counts, skipped ones included. */
  readonly mediaSequence: number
  readonly discontinuitySequence: number
  /** Null: live, may slide. */
  readonly type: 'event' | 'vod' | null
  /** EXT-X-ENDLIST. */
  readonly ended: boolean
  readonly iFramesOnly: boolean
  readonly serverControl: ServerControl | null
  /** EXT-X-PART-INF. */
  readonly partTargetSec: number | null
  /** EXT-X-SKIP: a delta update. */
  readonly skipped: SkippedSegments | null
  readonly dateRanges: readonly DateRange[]
  readonly segments: readonly MediaSegment[]
  /** Parts after the last segment. */
  readonly partsAhead: readonly RawAttributesTag[]
  /** EXT-X-PRELOAD-HINT. */
  readonly preloadHints: readonly RawAttributesTag[]
  /** EXT-X-RENDITION-REPORT. */
  readonly renditionReports: readonly RawAttributesTag[]
}

/** A media segment (RFC 8216bis §4.4.4). */
export interface MediaSegment {
  /** As it stands, variables replaced. */
  readonly uri: string
  /** Resolved; null when it cannot be. */
  readonly url: string | null
  /** Of the URI, from 1. */
  readonly line: number
  /** Media sequence number. */
  readonly msn: number
  /** Discontinuity sequence number. */
  readonly dsn: number
  /** EXTINF; negative and unreadable ones are 0. */
  readonly durationSec: number
  readonly title: string
  /** What stands between duration and comma: `tvg-id="…"` of IPTV lists. Mostly empty. */
  readonly inlineAttributes: string
  readonly byteRange: ByteRange | null
  /** Of an EXT-X-BYTERANGE that cannot be read: it is a part of its resource, and nobody knows which. */
  readonly badByteRangeLine: number | null
  readonly map: InitSection | null
  /** The keys that apply, one per KEYFORMAT; any of them that can be used will do. */
  readonly keys: readonly SegmentKey[]
  readonly gap: boolean
  /** EXT-X-BITRATE, thousands of bits per second. */
  readonly bitrateKbps: number | null
  readonly programDateTime: ProgramDateTime | null
  /** EXT-X-DISCONTINUITY stands before it. */
  readonly discontinuity: boolean
  readonly cues: readonly Cue[]
  readonly parts: readonly RawAttributesTag[]
}

/** EXT-X-MAP; one object for all segments that share it. */
export interface InitSection {
  readonly uri: string
  readonly url: string | null
  readonly byteRange: ByteRange | null
  /** As `MediaSegment.badByteRangeLine`, of its BYTERANGE. */
  readonly badByteRangeLine: number | null
  /** The keys above it: those below do not encrypt it. */
  readonly keys: readonly SegmentKey[]
  readonly line: number
}

export interface ProgramDateTime {
  /** Milliseconds since 1970, whole. */
  readonly ms: number
  /** False: computed from a neighbour's date and the durations between. */
  readonly given: boolean
}

/** EXT-X-SERVER-CONTROL. */
export interface ServerControl {
  readonly canSkipUntilSec: number | null
  readonly canSkipDateRanges: boolean
  readonly holdBackSec: number | null
  readonly partHoldBackSec: number | null
  readonly canBlockReload: boolean
}

/** EXT-X-SKIP. */
export interface SkippedSegments {
  readonly count: number
  readonly removedDateRangeIds: readonly string[]
}
