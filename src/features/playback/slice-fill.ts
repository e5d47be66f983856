import { BlobDamagedError } from '#domain/errors.ts'
import type { Slice } from '#domain/video.ts'
import type { BytePool } from './byte-pool.ts'

/** What a hash of node:crypto does; handed in, because features know no Node module. */
export interface RunningSha256 {
  update(bytes: Uint8Array): unknown
  digest(encoding: 'hex'): string
}

/** Where the bytes of a slice came from. */
export type SliceOrigin = 'memory' | 'disk-cache' | 'store' | 'work'

/** Who brings the bytes, when it serves more than this one slice. */
export interface Carrier {
  /** A reader has gone; `content` when it got what it asked for. */
  left(content: boolean): void
}

/**
 * The bytes of one slice while they arrive: one buffer that any number of readers share.
 * Readers may have the bytes as they come, but the last one that they asked for only after the hash of all was found
 * right, so that no answer with wrong bytes is ever complete.
 */
export class SliceFill {
  readonly slice: Slice
  /** By whom the bytes are given, as the store says; null when it does not. */
  giver: string | null = null
  /** How often the whole of it came and was wrong. */
  damages = 0
  readonly #onEnd: (fill: SliceFill) => void
  readonly #pool: BytePool
  readonly #abort = new AbortController()
  #origin: SliceOrigin | null = null
  #carrier: Carrier | null = null
  #hash: RunningSha256 | null = null
  #bytes: Uint8Array = new Uint8Array(0)
  #filled = 0
  #verified = false
  #failure: { readonly error: unknown } | null = null
  #readers = 0
  /** Who may still look at the bytes. */
  #holders = 0
  /** Somebody keeps the bytes for good: the memory is not ours to use again. */
  #isKept = false
  #willBeKept = false
  /** What readers may have seen of earlier tries, by try; see `restart`. */
  readonly #seen: Uint8Array[] = []
  #change = Promise.withResolvers<void>()

  /** `onEnd` is called at once when it is proved or has failed, before any reader notices. */
  constructor(slice: Slice, pool: BytePool, onEnd: (fill: SliceFill) => void) {
    this.slice = slice
    this.#pool = pool
    this.#onEnd = onEnd
  }

  /** Aborts when the last reader has gone before the end and nobody else carries it; it has failed then. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Null while nobody has begun to bring it. */
  get origin(): SliceOrigin | null {
    return this.#origin
  }

  get bytes(): Uint8Array {
    return this.#bytes
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

  /** Neither proved nor failed: the end is still to come. */
  get isOpen(): boolean {
    return !this.#verified && this.#failure === null
  }

  get readers(): number {
    return this.#readers
  }

  /** Who decides what happens when the readers go; null when nothing but this slice depends on it. */
  get carrier(): Carrier | null {
    return this.#carrier
  }

  carriedBy(carrier: Carrier): void {
    this.#carrier = carrier
  }

  /**
   * Takes the memory; before it, a fill that waits its turn costs nothing. To be called once. `willBeKept`: the memory is as
   * long as the slice, to the byte, because it stays.
   */
  begin(origin: SliceOrigin, hash: RunningSha256, { willBeKept }: { readonly willBeKept: boolean }): void {
    this.#origin = origin
    this.#willBeKept = willBeKept
    this.#hash = hash
    this.#bytes = this.#memory()
  }

  #memory(): Uint8Array {
    const { length } = this.slice
    return this.#willBeKept ? new Uint8Array(length) : this.#pool.take(length)
  }

  add(chunk: Uint8Array): void {
    const { length } = this.slice
    if (this.#filled + chunk.byteLength > length) {
      throw new BlobDamagedError(`More than the ${length} bytes asked for came back.`)
    }
    const isInPlace = chunk.buffer === this.#bytes.buffer && chunk.byteOffset === this.#bytes.byteOffset + this.#filled
    if (!isInPlace) this.#bytes.set(chunk, this.#filled)
    this.#hash?.update(chunk)
    this.#filled += chunk.byteLength
    // The end is announced by `finish`, together with the proof.
    if (this.#filled < length) this.#announce()
  }

  /** Throws BlobDamagedError when bytes are missing or are not those that were stored; it may then be restarted. */
  finish(): void {
    if (!this.isOpen) return
    if (this.#filled < this.slice.length) {
      throw new BlobDamagedError(`Only ${this.#filled} of ${this.slice.length} bytes came back.`)
    }
    if (this.#hash?.digest('hex') !== this.slice.sha256) {
      this.damages++
      throw new BlobDamagedError('The bytes that came back are not the ones that were stored.', {
        why: 'Their SHA-256 differs from the one in the catalog.',
        fix: 'Run `telereel verify` to see what else is damaged.',
      })
    }
    this.#end(() => {
      this.#verified = true
    })
  }

  /** All bytes at once, in memory of the pool, proved by who brings them. */
  settle(bytes: Uint8Array, origin: SliceOrigin): void {
    this.#origin = origin
    this.#bytes = bytes
    this.#filled = bytes.byteLength
    this.#end(() => {
      this.#verified = true
    })
  }

  /**
   * From the first byte again, because what came cannot be trusted. Who has seen some of it waits for the proof, and goes
   * on when what it has seen was right.
   */
  restart(hash: RunningSha256): void {
    this.#seen.push(this.#bytes.subarray(0, this.#filled))
    this.#bytes = this.#memory()
    this.#filled = 0
    this.#hash = hash
  }

  /** The bytes may be looked at for ever. */
  keep(): Uint8Array {
    this.#isKept = true
    return this.#bytes
  }

  /**
   * Says that the bytes given by `read` are looked at until the function that comes back is called. When all who read said
   * so, and nobody keeps the bytes, their memory is used again.
   */
  hold(): () => void {
    this.#holders++
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#holders--
      // Of what failed, a source may still be writing into the memory.
      if (this.#holders > 0 || this.#isKept || !this.#verified || this.#readers > 0) return
      this.#isKept = true
      this.#pool.giveBack(this.#bytes)
    }
  }

  fail(error: unknown): void {
    if (!this.isOpen) return
    this.#end(() => {
      this.#failure = { error }
    })
  }

  /** The bytes from `first` to `last` (inclusive) as they come; throws what made the fill fail. */
  async *read(first: number, last: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    this.#readers++
    let at = first
    let sawTry = this.#seen.length
    try {
      while (at <= last) {
        signal?.throwIfAborted()
        if (at === first) sawTry = this.#seen.length
        const end = this.#readableTo({ at, last, sawTry })
        if (end > at) {
          const from = at
          at = end
          yield this.#bytes.subarray(from, end)
        } else if (this.#failure) throw this.#failure.error
        else await this.#changeOr(signal)
      }
    } finally {
      this.#readers--
      this.#left(at > last)
    }
  }

  #readableTo({ at, last, sawTry }: { at: number; last: number; sawTry: number }): number {
    const isCurrent = sawTry === this.#seen.length
    // The last byte asked for waits for the proof, also when the slice goes on after it.
    if (!this.#verified) return isCurrent ? Math.min(last, this.#filled) : at
    if (!isCurrent && at > commonBytes(this.#seen[sawTry], this.#bytes)) {
      throw new BlobDamagedError('Some of the bytes that were given were not the ones that were stored.', {
        why: 'The first copy was damaged; the right bytes came from elsewhere meanwhile.',
        fix: 'Ask again.',
      })
    }
    return last + 1
  }

  #left(content: boolean): void {
    if (this.#carrier) this.#carrier.left(content)
    else if (this.#readers === 0 && this.isOpen) {
      this.#abort.abort()
      // At once: who comes now must not join what is about to end.
      this.fail(this.#abort.signal.reason)
    }
  }

  #end(settle: () => void): void {
    settle()
    this.#onEnd(this)
    this.#announce()
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

/** How many bytes are equal from the start. */
function commonBytes(one: Uint8Array | undefined, other: Uint8Array): number {
  if (!one) return 0
  for (let at = 0; at < one.byteLength; at++) if (one[at] !== other[at]) return at
  return one.byteLength
}
