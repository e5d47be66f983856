import type { AttributeList } from './attribute-list.ts'
import type { PlaylistHead } from './playlist-head.ts'
import type { SegmentKey } from './segment-key.ts'
import type { Resolution } from './tag-attributes.ts'

/** A multivariant playlist as it was read (RFC 8216bis §4.4.6). Null means: not there, or not readable and reported. */
export interface MultivariantPlaylist extends PlaylistHead {
  readonly kind: 'multivariant'
  /** In the order of the playlist. */
  readonly variants: readonly Variant[]
  readonly iFrameVariants: readonly StreamInfo[]
  /** As they stand, also when nobody refers to them or names repeat. */
  readonly renditions: readonly Rendition[]
  /** EXT-X-SESSION-KEY. */
  readonly sessionKeys: readonly SegmentKey[]
  readonly sessionData: readonly SessionData[]
  readonly steering: ContentSteering | null
}

/** What EXT-X-STREAM-INF and EXT-X-I-FRAME-STREAM-INF share. */
export interface StreamInfo {
  readonly uri: string
  /** Resolved; null when it cannot be. */
  readonly url: string | null
  /** Of the tag. */
  readonly line: number
  /** Peak bits per second. */
  readonly bandwidth: number | null
  readonly averageBandwidth: number | null
  /** RFC 6381. */
  readonly codecs: readonly string[]
  readonly supplementalCodecs: readonly string[]
  readonly resolution: Resolution | null
  readonly videoRange: string | null
  readonly hdcpLevel: string | null
  readonly score: number | null
  readonly pathwayId: string | null
  readonly stableVariantId: string | null
  /** Group of video renditions. */
  readonly videoGroup: string | null
  /** All attributes, unknown ones too. */
  readonly attributes: AttributeList
}

/** EXT-X-STREAM-INF. */
export interface Variant extends StreamInfo {
  /** Frames per second. */
  readonly frameRate: number | null
  readonly audioGroup: string | null
  readonly subtitlesGroup: string | null
  /** `none` is the word NONE without quotes: surely no captions. */
  readonly closedCaptions: 'none' | { readonly groupId: string } | null
}

/** EXT-X-MEDIA. */
export interface Rendition {
  /** `AUDIO`, `VIDEO`, `SUBTITLES`, `CLOSED-CAPTIONS`; as it stands. */
  readonly type: string
  readonly groupId: string
  readonly name: string
  /** BCP 47. */
  readonly language: string | null
  readonly assocLanguage: string | null
  readonly isDefault: boolean
  readonly autoselect: boolean
  readonly forced: boolean
  readonly instreamId: string | null
  readonly characteristics: readonly string[]
  /** `2`, `6`, `16/JOC`. */
  readonly channels: string | null
  readonly stableRenditionId: string | null
  /** Null: muxed into the variant. */
  readonly uri: string | null
  readonly url: string | null
  readonly line: number
  readonly attributes: AttributeList
}

/** EXT-X-SESSION-DATA: a value, or the address of one. */
export interface SessionData {
  readonly dataId: string
  readonly value: string | null
  readonly uri: string | null
  readonly url: string | null
  readonly language: string | null
  readonly line: number
}

/** EXT-X-CONTENT-STEERING. */
export interface ContentSteering {
  readonly serverUri: string
  readonly url: string | null
  readonly pathwayId: string | null
}
