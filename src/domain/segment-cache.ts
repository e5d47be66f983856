import type { VideoId } from './ids.ts'

/** Verified bytes of slices, close at hand; the least recently used go first. Losing an entry costs only time. */
export interface SegmentCache {
  /** The bytes under this key; counts as a hit or a miss. Nobody may change them. */
  get(key: string): Uint8Array | undefined
  /** Keeps the bytes unless they are too large for the cache. They must not change any more. */
  set(key: string, entry: { readonly videoId: VideoId; readonly bytes: Uint8Array }): void
  /** Forgets the entries of one video, or all; says what was let go. */
  clear(videoId?: VideoId): { readonly removedItems: number; readonly removedBytes: number }
  stats(): SegmentCacheStats
}

export interface SegmentCacheStats {
  readonly hits: number
  readonly misses: number
  readonly bytes: number
  readonly maxBytes: number
  readonly items: number
  /** Entries that went because room was needed. */
  readonly evictions: number
}
