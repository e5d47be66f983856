import { createHash, type Hash } from 'node:crypto'
import type { ByteRange } from '#domain/blob-store.ts'

/**
 * Lets the bytes of a blob through while they arrive and holds back the last that were asked for until length and
 * SHA-256 of the whole blob are proved. Can begin again from the start, from another copy: then what was let through
 * before is compared, not repeated.
 */
export class Proof {
  readonly #byteLength: number
  readonly #sha256: string
  readonly #range: ByteRange
  #hash = createHash('sha256')
  #received = 0
  /** What was let through before the last restart. */
  #given: { readonly length: number; readonly sha256: string } | null = null
  /** That has come again, and was the same. */
  #isBeyondGiven = true
  #held: { readonly bytes: Uint8Array; readonly at: number; readonly before: Hash } | null = null

  constructor({ byteLength, sha256 }: { readonly byteLength: number; readonly sha256: string }, range: ByteRange) {
    this.#byteLength = byteLength
    this.#sha256 = sha256
    this.#range = range
  }

  /** Where in the blob the next bytes must begin. */
  get received(): number {
    return this.#received
  }

  get isComplete(): boolean {
    return this.#received === this.#byteLength
  }

  /** What may leave now, often all of it. Null: these cannot be bytes of this blob, or not after those before. */
  push(bytes: Uint8Array): readonly Uint8Array[] | null {
    if (this.#received + bytes.byteLength > this.#byteLength) return null
    const given = this.#given
    if (!given || this.#isBeyondGiven) return this.#pass(bytes)
    const again = bytes.subarray(0, given.length - this.#received)
    this.#hash.update(again)
    this.#received += again.byteLength
    if (this.#received < given.length) return []
    if (this.#hash.copy().digest('hex') !== given.sha256) return null
    this.#isBeyondGiven = true
    return this.#pass(bytes.subarray(again.byteLength))
  }

  #pass(bytes: Uint8Array): readonly Uint8Array[] {
    const at = this.#received
    const end = at + bytes.byteLength
    const wanted = bytes.subarray(Math.max(0, this.#range.first - at), Math.max(0, this.#range.last + 1 - at))
    const isLast = at <= this.#range.last && this.#range.last < end
    if (isLast) this.#held = { bytes: wanted, at, before: this.#hash.copy() }
    this.#hash.update(bytes)
    this.#received = end
    return isLast || wanted.byteLength === 0 ? [] : [wanted]
  }

  /** The bytes that were held back, now that all is there; null when it is not what was stored. */
  finish(): readonly Uint8Array[] | null {
    if (!this.isComplete || this.#hash.copy().digest('hex') !== this.#sha256) return null
    return this.#held ? [this.#held.bytes] : []
  }

  /** From the first byte on again. */
  restart(): void {
    if (this.#held) this.#given = { length: this.#held.at, sha256: this.#held.before.digest('hex') }
    else if (this.#isBeyondGiven) this.#given = { length: this.#received, sha256: this.#hash.digest('hex') }
    this.#isBeyondGiven = this.#given?.length === 0
    this.#held = null
    this.#hash = createHash('sha256')
    this.#received = 0
  }
}
