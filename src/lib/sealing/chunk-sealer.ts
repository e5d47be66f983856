import type { CipherGCM } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ChunkCipher } from './chunk-cipher.ts'
import { type PlainFingerprint, partsByChunk } from './plain-fingerprint.ts'
import { plainBytesIn, SEALED_HEADER_BYTES, TAG_BYTES } from './sealed-form.ts'
import { SealingError } from './sealing-error.ts'

/** A chunk on its way: what is there of it so far. */
interface OpenChunk {
  readonly cipher: CipherGCM
  readonly sealed: Buffer
  filled: number
  /** Null when its tag will tell, because the chunk was sealed before. */
  check: number | null
}

/**
 * Plain bytes in, sealed bytes out: the header with the first chunk, then a buffer for each chunk. A chunk leaves only when
 * its plain bytes are those of the fingerprint, so that no nonce is ever used for two different chunks.
 */
export class ChunkSealer {
  readonly #cipher: ChunkCipher
  readonly #fingerprint: PlainFingerprint
  #at = 0
  #open: OpenChunk | null = null

  constructor(cipher: ChunkCipher, fingerprint: PlainFingerprint) {
    this.#cipher = cipher
    this.#fingerprint = fingerprint
  }

  /** Takes all it needs of `plain` before it ends; the caller may use that memory again. Throws SealingError `source-changed`. */
  *push(plain: Uint8Array): Generator<Buffer> {
    const { plainBytes } = this.#cipher.header
    if (this.#at + plain.byteLength > plainBytes) throw changed()
    for (const { chunk, part } of partsByChunk(plain, this.#at)) {
      this.#open ??= this.#start(chunk)
      const { cipher, sealed } = this.#open
      sealed.set(cipher.update(part), this.#open.filled)
      this.#open.filled += part.byteLength
      if (this.#open.check !== null) this.#open.check = crc32(part, this.#open.check)
      this.#at += part.byteLength
      if (this.#open.filled === sealed.byteLength - TAG_BYTES) yield this.#close(chunk, this.#open)
    }
  }

  /** What is left when all was pushed. Throws SealingError `source-changed` when that was not all. */
  *finish(): Generator<Buffer> {
    if (this.#at !== this.#cipher.header.plainBytes) throw changed()
    if (this.#at === 0) yield this.#close(0, this.#start(0))
  }

  #start(chunk: number): OpenChunk {
    const { header } = this.#cipher
    const before = chunk === 0 ? SEALED_HEADER_BYTES : 0
    const sealed = Buffer.allocUnsafeSlow(before + plainBytesIn(chunk, header.plainBytes) + TAG_BYTES)
    if (chunk === 0) sealed.set(header.bytes)
    return {
      cipher: this.#cipher.sealing(chunk),
      sealed,
      filled: before,
      check: this.#cipher.sealedTags.has(chunk) ? null : 0,
    }
  }

  #close(chunk: number, { cipher, sealed, filled, check }: OpenChunk): Buffer {
    cipher.final()
    const tag = cipher.getAuthTag()
    const isSame =
      check === null ? this.#cipher.sealedTags.get(chunk)?.equals(tag) : check === this.#fingerprint.checkOf(chunk)
    if (!isSame) throw changed()
    this.#cipher.sealedTags.set(chunk, tag)
    sealed.set(tag, filled)
    this.#open = null
    return sealed
  }
}

function changed(): SealingError {
  return new SealingError('source-changed', 'The bytes to be sealed changed while they were read.')
}
