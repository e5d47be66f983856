import type { VideoId } from './ids.ts'
import type { Slice } from './video.ts'

/**
 * Proved bytes of slices, close at hand, by their SHA-256 (hex): the same bytes are the same entry, wherever they lie.
 * The least recently used go first. Losing an entry costs only time.
 */
export interface SegmentCache {
  /** The bytes, when they are in memory. Nobody may change them. */
  get(key: string): Uint8Array | undefined
  /**
   * Brings the bytes from wherever this cache keeps them into the caller's memory, which is as long as the slice, and
   * proves them anew. Undefined when they are not there or were found damaged. `isKept`: from now on the memory itself
   * belongs to the cache too, and nobody may change it.
   */
  load(slice: Pick<Slice, 'sha256' | 'length'>, into: Uint8Array): Promise<{ readonly isKept: boolean } | undefined>
  /** Whether the entry is here, in memory or elsewhere; does not count as use. */
  has(key: string): boolean
  /** Keeps the bytes, which must not change any more, and says whether it does: they may be too large. */
  set(key: string, entry: { readonly videoId: VideoId; readonly bytes: Uint8Array }): boolean
  /** Forgets the entries of one video, or all; says what was let go. */
  clear(videoId?: VideoId): Promise<{ readonly removedItems: number; readonly removedBytes: number }>
  /** The tiers of which it is made, the nearest first. What is in several of them counts in each. */
  tiers(): readonly CacheTier[]
}

export interface CacheTier {
  readonly kind: 'memory' | 'disk'
  readonly bytes: number
  readonly maxBytes: number
  readonly items: number
  /** Entries that went because room was needed. */
  readonly evictions: number
  /** Entries whose bytes were not what they should be: removed, never given. */
  readonly damaged: number
}

/** What a cache has left on disk, for whoever has no cache of its own open: reading it changes nothing there. */
export interface SavedSlices {
  /** Brings the bytes into memory as long as the slice and proves them; false when they are not there, or damaged. */
  read(slice: Pick<Slice, 'sha256' | 'length'>, into: Uint8Array): Promise<boolean>
}
