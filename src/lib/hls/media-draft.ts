import type { ByteRange, parseByteRange } from './byte-range.ts'
import { CurrentKeys } from './current-keys.ts'
import { DateRanges } from './date-range.ts'
import { emptyHead, type HeadDraft } from './head-tags.ts'
import type { InitSection, MediaPlaylist, MediaSegment } from './media-playlist.ts'
import type { RawAttributesTag } from './playlist-reading.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** A segment whose numbers and date are known only at the end: EXT-X-SKIP may stand before EXT-X-MEDIA-SEQUENCE. */
export type SegmentDraft = Mutable<MediaSegment>

/** What stands before the next URI line and belongs to it. */
export interface PendingSegment {
  /** EXTINF; null when none came yet. */
  info: { durationSec: number; title: string; inlineAttributes: string } | null
  infoLine: number
  /** `value`: null when it cannot be read. */
  byteRange: { line: number; value: ReturnType<typeof parseByteRange> } | null
  discontinuities: number
  gap: boolean
  dateMs: number | null
  cues: MediaSegment['cues'][number][]
  parts: RawAttributesTag[]
}

export type PlaylistWide = Mutable<
  Pick<MediaPlaylist, 'targetDurationSec' | 'type' | 'ended' | 'iFramesOnly' | 'serverControl' | 'partTargetSec'> &
    Pick<MediaPlaylist, 'mediaSequence' | 'discontinuitySequence' | 'skipped'>
>

/** A media playlist while it is read. */
export interface MediaDraft {
  readonly head: HeadDraft
  readonly wide: PlaylistWide
  readonly keys: CurrentKeys
  readonly dateRanges: DateRanges
  readonly segments: SegmentDraft[]
  readonly preloadHints: RawAttributesTag[]
  readonly renditionReports: RawAttributesTag[]
  pending: PendingSegment
  map: InitSection | null
  bitrateKbps: number | null
  discontinuities: number
  /** The last sub-range by URI, for ranges without offset; null when it could not be read. */
  readonly lastRanges: Map<string, ByteRange | null>
}

export function emptyDraft(): MediaDraft {
  return {
    head: emptyHead(),
    wide: {
      targetDurationSec: null,
      mediaSequence: 0,
      discontinuitySequence: 0,
      type: null,
      ended: false,
      iFramesOnly: false,
      serverControl: null,
      partTargetSec: null,
      skipped: null,
    },
    keys: new CurrentKeys(),
    dateRanges: new DateRanges(),
    segments: [],
    preloadHints: [],
    renditionReports: [],
    pending: emptyPending(),
    map: null,
    bitrateKbps: null,
    discontinuities: 0,
    lastRanges: new Map(),
  }
}

export function emptyPending(): PendingSegment {
  return { info: null, infoLine: 0, byteRange: null, discontinuities: 0, gap: false, dateMs: null, cues: [], parts: [] }
}
