import type { RecordedSegment, RecordingHead } from '#domain/recording.ts'
import type { ByteRange } from '#lib/hls/byte-range.ts'

/** One media segment that is to be fetched, or known never to come; in order per rendition. */
export interface SegmentWish {
  /** As `RecordedRendition.id`: `main`, `a0`, `s0` … */
  readonly rendition: string
  /** As `RecordedSegment.position`. */
  readonly position: number
  readonly msn: number
  /** As `RecordedSegment.period`. */
  readonly period: number
  /** Sum of EXTINF before it within the rendition: for messages. */
  readonly startSec: number
  readonly durationSec: number
  readonly url: string
  readonly uriPath: string
  readonly byteRange: ByteRange | null
  readonly init: InitWish | null
  /** AES-128 only; others are refused before. */
  readonly key: KeyWish | null
  /** EXT-X-GAP or a window that moved on: why. */
  readonly gap: string | null
}

export interface InitWish {
  /** The same for the same bytes: address and range. */
  readonly key: string
  readonly url: string
  readonly byteRange: ByteRange | null
  readonly decryption: KeyWish | null
}

export interface KeyWish {
  /** http, https or `data:`. */
  readonly url: string
  /** 32 hex digits. */
  readonly ivHex: string
}

/** What is to be fetched of an HLS stream. */
export interface StreamPlan {
  readonly head: RecordingHead
  /** For people: what was chosen, what was left out and why. */
  readonly notes: readonly string[]
  /**
   * In order, `main` and the others in step. Of a complete stream it ends; of a live one it waits for reloads and ends at
   * ENDLIST, `finishing`, or the longest duration. `from`: what is recorded already, by rendition; holes in it are wished
   * for again. Ends with ConflictError when the playlist is not the one that was recorded, with RemoteUnreachableError when
   * a live one is gone (to be resumed), with ProtectedMediaError when protection begins in the middle of it.
   */
  wishes(
    from: ReadonlyMap<string, readonly RecordedSegment[]>,
    signals: { readonly signal: AbortSignal; readonly finishing: AbortSignal },
  ): AsyncIterable<SegmentWish>
  /** After 403 or 410 in the middle: the playlist again, the same segment with its fresh address; null when it is not listed any more. */
  refresh(wish: SegmentWish, signal: AbortSignal): Promise<SegmentWish | null>
}
