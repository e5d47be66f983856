import { BlobDamagedError } from '#domain/errors.ts'

/** What a hash of node:crypto does; handed in, because features know no Node module. */
export interface RunningSha256 {
  update(bytes: Uint8Array): unknown
  digest(encoding: 'hex'): string
}

/**
 * The bytes of one slice while they arrive: one buffer that any number of readers share.
 * Readers may have the bytes as they come, but the last one that they asked for only after the hash of all was found
 * right, so that no answer with wrong bytes is ever complete.
 */
export class SliceFill {
  readonly #length: number
  readonly #sha256: string
  readonly #hash: RunningSha256
  readonly #abort = new AbortController()
  #bytes = new Uint8Array(0)
  #filled = 0
  #verified = false
  #failure: { readonly error: unknown } | null = null
  #readers = 0
  #change = Promise.withResolvers<void>()

  constructor(slice: { readonly length: number; readonly sha256: string }, hash: RunningSha256) {
    this.#length = slice.length
    this.#sha256 = slice.sha256
    this.#hash = hash
  }

  /** Aborts when the last reader has gone before the end. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Takes the memory; before it, a fill that waits its turn costs nothing. */
  begin(): void {
    this.#bytes = new Uint8Array(this.#length)
  }

  /** How many bytes came so far: where a broken read has to go on. */
  get filled(): number {
    return this.#filled
  }

  /** Where the bytes that are still missing go: a source may put them there by itself. */
  get rest(): Uint8Array {
    return this.#bytes.subarray(this.#filled)
  }

  get verified(): boolean {
    return this.#verified
  }

  add(chunk: Uint8Array): void {
    if (this.#filled + chunk.byteLength > this.#length) {
      throw new BlobDamagedError(`More than the ${this.#length} bytes asked for came back.`)
    }
    const isInPlace = chunk.buffer === this.#bytes.buffer && chunk.byteOffset === this.#bytes.byteOffset + this.#filled
    if (!isInPlace) this.#bytes.set(chunk, this.#filled)
    this.#hash.update(chunk)
    this.#filled += chunk.byteLength
    // The end is announced by `finish`, together with the proof.
    if (this.#filled < this.#length) this.#announce()
  }

  /** Throws BlobDamagedError when bytes are missing or are not those that were stored. */
  finish(): void {
    if (this.#filled < this.#length) {
      throw new BlobDamagedError(`Only ${this.#filled} of ${this.#length} bytes came back.`)
    }
    if (this.#hash.digest('hex') !== this.#sha256) {
      throw new BlobDamagedError('The bytes that came back are not the ones that were stored.', {
        why: 'Their SHA-256 differs from the one in the catalog.',
        fix: 'Run `telereel verify` to see what else is damaged.',
      })
    }
    this.#verified = true
    this.#announce()
  }

  fail(error: unknown): void {
    this.#failure = { error }
    this.#announce()
  }

  /** The bytes from `first` to `last` (inclusive) as they come; throws what made the fill fail. */
  async *read(first: number, last: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    this.#readers++
    try {
      for (let at = first; at <= last; ) {
        signal?.throwIfAborted()
        // The last byte asked for waits for the proof, also when the slice goes on after it.
        const end = this.#verified ? last + 1 : Math.min(last, this.#filled)
        if (end > at) {
          yield this.#bytes.subarray(at, end)
          at = end
        } else if (this.#failure) throw this.#failure.error
        else await this.#changeOr(signal)
      }
    } finally {
      if (--this.#readers === 0 && !this.#verified) this.#abort.abort()
    }
  }

  #announce(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }

  async #changeOr(signal?: AbortSignal): Promise<void> {
    if (!signal) return this.#change.promise
    const gone = Promise.withResolvers<void>()
    const leave = () => gone.resolve()
    signal.addEventListener('abort', leave, { once: true })
    try {
      await Promise.race([this.#change.promise, gone.promise])
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }
}
