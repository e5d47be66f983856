import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto'
import type { MasterKey } from './master-key.ts'
import { chunkCountOf, TAG_BYTES } from './sealed-form.ts'
import type { SealedHeader } from './sealed-header.ts'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const OPTIONS = { authTagLength: TAG_BYTES } as const

/**
 * The chunks of one sealed thing: AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015). The
 * nonce is prefix ∥ number ∥ last, so that a chunk opens only at its own place, and only the last one as the last. The
 * header, length included, is bound to each.
 */
export class ChunkCipher {
  readonly header: SealedHeader
  readonly chunkCount: number
  /** For this sealed thing only; with the header it can be handed to another thread. */
  readonly key: KeyObject

  constructor(key: KeyObject, header: SealedHeader) {
    this.header = header
    this.chunkCount = chunkCountOf(header.plainBytes)
    this.key = key
  }

  /** `purpose`: what is sealed. Bytes sealed for one purpose do not open for another. */
  static of(master: MasterKey, purpose: string, header: SealedHeader): ChunkCipher {
    return new ChunkCipher(createSecretKey(master.derive(purpose, KEY_BYTES, header.salt)), header)
  }

  sealing(chunk: number): CipherGCM {
    return createCipheriv(ALGORITHM, this.key, this.#nonce(chunk), OPTIONS).setAAD(this.header.bytes)
  }

  opening(chunk: number): DecipherGCM {
    return createDecipheriv(ALGORITHM, this.key, this.#nonce(chunk), OPTIONS).setAAD(this.header.bytes)
  }

  #nonce(chunk: number): Buffer {
    const nonce = Buffer.allocUnsafe(NONCE_BYTES)
    nonce.set(this.header.prefix)
    nonce.writeUInt32BE(chunk, 7)
    nonce[11] = chunk === this.chunkCount - 1 ? 1 : 0
    return nonce
  }
}
