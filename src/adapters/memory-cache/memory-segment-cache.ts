import { LRUCache } from 'lru-cache'
import type { VideoId } from '#domain/ids.ts'
import type { SegmentCache, SegmentCacheStats } from '#domain/segment-cache.ts'

interface Entry {
  readonly videoId: VideoId
  readonly bytes: Uint8Array
}

/** One entry may take at most this share of the cache, so that a single huge slice does not empty it. */
const LARGEST_SHARE = 0.25

/** A segment cache in the memory of this process, of at most `maxBytes`; 0 keeps nothing. */
export class MemorySegmentCache implements SegmentCache {
  readonly #maxBytes: number
  readonly #entries: LRUCache<string, Entry>
  #hits = 0
  #misses = 0
  #evictions = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#entries = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      maxEntrySize: Math.max(1, Math.floor(maxBytes * LARGEST_SHARE)),
      sizeCalculation: ({ bytes }) => Math.max(1, bytes.byteLength),
      dispose: (_entry, _key, reason) => {
        if (reason === 'evict') this.#evictions++
      },
    })
  }

  get(key: string): Uint8Array | undefined {
    const entry = this.#entries.get(key)
    if (entry) this.#hits++
    else this.#misses++
    return entry?.bytes
  }

  set(key: string, entry: Entry): void {
    if (entry.bytes.byteLength <= this.#maxBytes * LARGEST_SHARE) this.#entries.set(key, entry)
  }

  clear(videoId?: VideoId): { removedItems: number; removedBytes: number } {
    const before = { items: this.#entries.size, bytes: this.#entries.calculatedSize }
    if (videoId === undefined) this.#entries.clear()
    else {
      for (const [key, entry] of [...this.#entries.entries()]) if (entry.videoId === videoId) this.#entries.delete(key)
    }
    return {
      removedItems: before.items - this.#entries.size,
      removedBytes: before.bytes - this.#entries.calculatedSize,
    }
  }

  stats(): SegmentCacheStats {
    return {
      hits: this.#hits,
      misses: this.#misses,
      bytes: this.#entries.calculatedSize,
      maxBytes: this.#maxBytes,
      items: this.#entries.size,
      evictions: this.#evictions,
    }
  }
}
