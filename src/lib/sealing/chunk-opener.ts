import type { DecipherGCM } from 'node:crypto'
import type { ChunkCipher } from './chunk-cipher.ts'
import { CHUNK_BYTES, plainBytesIn, sealedOffsetOf, TAG_BYTES } from './sealed-form.ts'
import { SealingError } from './sealing-error.ts'

/** Plain bytes from `first` up to, not including, `end`. */
export interface PlainSpan {
  readonly first: number
  readonly end: number
}

/** The chunk that is being read. */
interface OpenChunk {
  readonly decipher: DecipherGCM
  /** Decrypted, and not yet proved. */
  readonly plain: Buffer[]
  readonly tag: Buffer
  plainLeft: number
  tagLeft: number
}

/** Sealed bytes in, plain bytes of a span out; nothing of a chunk leaves before all of it is proved. */
export class ChunkOpener {
  readonly #cipher: ChunkCipher
  readonly #span: PlainSpan
  readonly #lastChunk: number
  #skip: number
  #chunk: number
  #open: OpenChunk | null = null

  /** `at`: which sealed byte is the first to be pushed. It lies after the header and not after the first chunk needed. */
  constructor(cipher: ChunkCipher, span: PlainSpan, at: number) {
    this.#cipher = cipher
    this.#span = span
    this.#chunk = Math.floor(span.first / CHUNK_BYTES)
    this.#lastChunk = Math.max(this.#chunk, Math.ceil(span.end / CHUNK_BYTES) - 1)
    this.#skip = sealedOffsetOf(this.#chunk) - at
  }

  /** All of the span has left. */
  get isDone(): boolean {
    return this.#chunk > this.#lastChunk
  }

  /** Throws SealingError `changed`, and `cut` when there is more after the last chunk. */
  *push(sealed: Uint8Array): Generator<Uint8Array> {
    let rest = sealed.subarray(Math.min(this.#skip, sealed.byteLength))
    this.#skip -= sealed.byteLength - rest.byteLength
    while (rest.byteLength > 0 && !this.isDone) {
      this.#open ??= this.#start()
      const taken = take(this.#open, rest)
      rest = rest.subarray(taken)
      if (this.#open.tagLeft === 0) yield* this.#close(this.#open)
    }
    if (rest.byteLength > 0 && this.#chunk === this.#cipher.chunkCount) {
      throw new SealingError('cut', 'More bytes are there than were sealed.')
    }
  }

  /** To be called when no more bytes come. Throws SealingError `cut` when some are missing. */
  end(): void {
    if (!this.isDone) throw new SealingError('cut', 'Fewer bytes are there than were sealed.')
  }

  #start(): OpenChunk {
    const plainLeft = plainBytesIn(this.#chunk, this.#cipher.header.plainBytes)
    const tag = Buffer.allocUnsafe(TAG_BYTES)
    return { decipher: this.#cipher.opening(this.#chunk), plain: [], tag, plainLeft, tagLeft: TAG_BYTES }
  }

  *#close({ decipher, plain, tag }: OpenChunk): Generator<Uint8Array> {
    decipher.setAuthTag(tag)
    if (!isProved(decipher)) throw new SealingError('changed', `Chunk ${this.#chunk} is not as it was sealed.`)
    let at = this.#chunk * CHUNK_BYTES
    this.#open = null
    this.#chunk++
    for (const part of plain) {
      const wanted = part.subarray(Math.max(0, this.#span.first - at), Math.max(0, this.#span.end - at))
      at += part.byteLength
      if (wanted.byteLength > 0) yield wanted
    }
  }
}

/** Gives the chunk what it needs next of `sealed`; returns how many bytes that was. */
function take(chunk: OpenChunk, sealed: Uint8Array): number {
  if (chunk.plainLeft > 0) {
    const part = sealed.subarray(0, chunk.plainLeft)
    chunk.plain.push(chunk.decipher.update(part))
    chunk.plainLeft -= part.byteLength
    return part.byteLength
  }
  const part = sealed.subarray(0, chunk.tagLeft)
  chunk.tag.set(part, TAG_BYTES - chunk.tagLeft)
  chunk.tagLeft -= part.byteLength
  return part.byteLength
}

/** What OpenSSL says when it is not, tells nothing more. */
function isProved(decipher: DecipherGCM): boolean {
  try {
    decipher.final()
    return true
  } catch {
    return false
  }
}
