import type { ByteRange } from '#lib/hls/byte-range.ts'
import type { UsableKey } from './media-key.ts'
import type { KeyWish } from './segment-wish.ts'

/** A media playlist as it stood at one moment, reduced to what fetching needs. */
export interface Snapshot {
  /** After redirects. */
  readonly url: string
  /** MSNs follow one another. */
  readonly segments: readonly ListedSegment[]
  /** Nothing more will come: ENDLIST, or of type VOD. */
  readonly complete: boolean
  /** Within bounds that waiting can be built on. */
  readonly targetDurationSec: number
  /** EXT-X-SERVER-CONTROL HOLD-BACK. */
  readonly holdBackSec: number | null
  /** The text ends within a URI line: its last segment may be cut short. */
  readonly tailOpen: boolean
  readonly notes: readonly string[]
}

export interface ListedSegment {
  readonly msn: number
  readonly dsn: number
  readonly durationSec: number
  readonly url: string
  readonly byteRange: ByteRange | null
  readonly init: ListedInit | null
  readonly key: UsableKey | null
  /** EXT-X-GAP. */
  readonly gap: boolean
  /** Why nobody can know which bytes it is made of; null as a rule. */
  readonly unreadable: string | null
  readonly dateMs: number | null
}

/** One object for all segments that share it. */
export interface ListedInit {
  readonly url: string
  readonly byteRange: ByteRange | null
  readonly decryption: KeyWish | null
}

/** The segment of that number; undefined when it is not listed. */
export function segmentOf({ segments }: Snapshot, msn: number): ListedSegment | undefined {
  return segments[msn - (segments[0]?.msn ?? 0)]
}
