import type { VideoId } from '#domain/ids.ts'
import type { CacheTier, SegmentCache } from '#domain/segment-cache.ts'
import type { SliceReader } from './slice-reader.ts'
import type { Viewing, ViewingFigures } from './viewing.ts'

export interface CacheFigures extends ViewingFigures {
  /** Slices that readers found in memory or on disk; `misses` had to come from the store. */
  readonly hits: number
  readonly misses: number
  readonly memoryHits: number
  readonly diskHits: number
  /** Of the largest tier: what is in memory is on disk as well, where there is a disk tier. */
  readonly bytes: number
  readonly maxBytes: number
  readonly items: number
  readonly evictions: number
  readonly tiers: readonly CacheTier[]
}

/** What people can ask of the segment cache, and do with it. */
export class CacheControl {
  readonly #cache: SegmentCache
  readonly #slices: SliceReader
  readonly #viewing: Viewing

  constructor(cache: SegmentCache, slices: SliceReader, viewing: Viewing) {
    this.#cache = cache
    this.#slices = slices
    this.#viewing = viewing
  }

  stats(): CacheFigures {
    const { memoryHits, diskHits, misses } = this.#slices.counts
    const tiers = this.#cache.tiers()
    const { bytes = 0, maxBytes = 0, items = 0, evictions = 0 } = tiers.at(-1) ?? {}
    const found = { hits: memoryHits + diskHits, misses, memoryHits, diskHits }
    return { ...found, bytes, maxBytes, items, evictions, tiers, ...this.#viewing.figures() }
  }

  /** Forgets what is kept of one video, or of all. */
  clear(videoId?: VideoId): Promise<{ readonly removedItems: number; readonly removedBytes: number }> {
    this.#slices.forget()
    return this.#cache.clear(videoId)
  }
}
