import { LRUCache } from 'lru-cache'
import type { WebText } from '#domain/web.ts'

export interface PlaylistCacheSettings {
  readonly enabled: boolean
  readonly ttlSec: number
  readonly maxBytes: number
}

export interface PlaylistFigures {
  readonly enabled: boolean
  readonly hits: number
  readonly misses: number
  readonly expired: number
  readonly entries: number
  readonly bytes: number
  readonly maxBytes: number
}

/** What an entry weighs beside its text: key, address, the entry itself. */
const ENTRY_BYTES = 512

/** Texts by key, the ones least used given up first when they outgrow `maxBytes`. */
export class PlaylistCache {
  readonly #settings: PlaylistCacheSettings
  readonly #texts: LRUCache<string, WebText> | null
  #hits = 0
  #misses = 0
  #expired = 0

  constructor(settings: PlaylistCacheSettings) {
    this.#settings = settings
    const { enabled, ttlSec, maxBytes } = settings
    const isUsed = enabled && ttlSec > 0 && maxBytes > 0
    this.#texts = isUsed
      ? new LRUCache({
          maxSize: maxBytes,
          sizeCalculation: ({ text, url }) => ENTRY_BYTES + 2 * (text.length + url.length),
          ttl: ttlSec * 1000,
          dispose: (_text, _key, reason) => {
            if (reason === 'expire') this.#expired++
          },
        })
      : null
  }

  get(key: string): WebText | null {
    const text = this.#texts?.get(key)
    if (text) this.#hits++
    else this.#misses++
    return text ?? null
  }

  /** `keepMs`: how long the server lets it be kept; not longer than the setting says, and not at all when 0. */
  set(key: string, text: WebText, keepMs: number): void {
    const ttl = Math.floor(Math.min(keepMs, this.#settings.ttlSec * 1000))
    if (ttl > 0) this.#texts?.set(key, text, { ttl })
    else this.#texts?.delete(key)
  }

  figures(): PlaylistFigures {
    this.#texts?.purgeStale()
    return {
      enabled: this.#texts !== null,
      hits: this.#hits,
      misses: this.#misses,
      expired: this.#expired,
      entries: this.#texts?.size ?? 0,
      bytes: this.#texts?.calculatedSize ?? 0,
      maxBytes: this.#settings.maxBytes,
    }
  }
}
