import type { TagLine } from './playlist-line.ts'
import { MAX_KEYS_PER_SEGMENT } from './playlist-limits.ts'
import type { PlaylistReading } from './playlist-reading.ts'
import { readKey, type SegmentKey } from './segment-key.ts'

/**
 * The keys in force at one place of a media playlist. Keys between two segments form a block, one per KEYFORMAT;
 * the next block replaces it whole, because all keys of a segment must lead to the same bytes.
 */
export class CurrentKeys {
  #keys: readonly SegmentKey[] = []
  #blockOpen = false

  /** The keys that apply here; never changed afterwards. */
  get keys(): readonly SegmentKey[] {
    return this.#keys
  }

  add(tag: TagLine, reading: PlaylistReading): void {
    const key = readKey(tag, reading)
    const block = this.#blockOpen ? this.#keys : []
    this.#blockOpen = true
    if (key === null) {
      this.#keys = []
    } else if (block.length < MAX_KEYS_PER_SEGMENT) {
      this.#keys = [...block.filter((other) => other.keyFormat !== key.keyFormat), key]
    } else {
      reading.violate('key-invalid', tag, `more than ${MAX_KEYS_PER_SEGMENT} keys for one segment`)
    }
  }

  /** A segment came: the next key begins a new block. */
  closeBlock(): void {
    this.#blockOpen = false
  }
}
