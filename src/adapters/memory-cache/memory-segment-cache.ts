import { LRUCache } from 'lru-cache'
import type { VideoId } from '#domain/ids.ts'
import type { CacheTier, SegmentCache } from '#domain/segment-cache.ts'

interface Entry {
  readonly videoId: VideoId
  readonly bytes: Uint8Array
}

/** One entry may take at most this share of the cache, so that a single huge slice does not empty it. */
const LARGEST_SHARE = 0.25

/** A segment cache in the memory of this process, of at most `maxBytes`; 0 keeps nothing. */
export class MemorySegmentCache implements SegmentCache, AsyncDisposable {
  readonly #maxBytes: number
  readonly #entries: LRUCache<string, Entry>
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
    return this.#entries.get(key)?.bytes
  }

  async load({ sha256 }: { readonly sha256: string }, into: Uint8Array): Promise<{ isKept: boolean } | undefined> {
    const bytes = this.get(sha256)
    if (bytes) into.set(bytes)
    return bytes && { isKept: false }
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  set(key: string, entry: Entry): boolean {
    if (entry.bytes.byteLength > this.#maxBytes * LARGEST_SHARE) return false
    this.#entries.set(key, entry)
    return true
  }

  async clear(videoId?: VideoId): Promise<{ removedItems: number; removedBytes: number }> {
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

  tiers(): readonly [CacheTier] {
    return [
      {
        kind: 'memory',
        bytes: this.#entries.calculatedSize,
        maxBytes: this.#maxBytes,
        items: this.#entries.size,
        evictions: this.#evictions,
        damaged: 0,
      },
    ]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#entries.clear()
  }
}
