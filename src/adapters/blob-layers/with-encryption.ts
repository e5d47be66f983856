import { LRUCache } from 'lru-cache'
import type {
  BlobLimits,
  BlobRef,
  BlobSource,
  BlobStore,
  ByteRange,
  ReadOptions,
  StoredBlob,
} from '#domain/blob-store.ts'
import { BlobDamagedError, BlobTooLargeError } from '#domain/errors.ts'
import { Mutex } from '#lib/concurrency/mutex.ts'
import { ChunkCipher } from '#lib/sealing/chunk-cipher.ts'
import type { MasterKey } from '#lib/sealing/master-key.ts'
import { mostPlainBytesIn, plainBytesOf, SEALED_HEADER_BYTES, sealedBytesOf } from '#lib/sealing/sealed-form.ts'
import { readHeader } from '#lib/sealing/sealed-header.ts'
import { damageOf } from './damage-of.ts'
import { openFromStart, openRange, sealedRangeOf } from './open-blob.ts'
import { sealedSource, sharedMemory } from './seal-source.ts'
import { SealThread } from './seal-thread.ts'

/** Not the name or place of a blob: only its ref is known when it is read. */
export const PURPOSE = 'blob'

/** Keys of blobs that were read in part lately; about 1 kB each. */
const REMEMBERED_CIPHERS = 1000

/**
 * The store below holds nothing but sealed bytes; above, nothing is seen of it. Every 64 KiB are proved before they leave:
 * what was changed, cut, moved or appended is BlobDamagedError. A put reads its source once to learn which bytes they are, so
 * that the same bytes under the same name are always the same sealed bytes, and to tell their hash to the store below; and
 * again when they go there. Whether a whole sealed blob stands in the place of another, the store below must know, or who
 * reads: nothing here says which blob belongs to a ref.
 */
export function withEncryption(store: BlobStore, key: MasterKey): BlobStore {
  return new EncryptedBlobStore(store, key)
}

class EncryptedBlobStore implements BlobStore {
  readonly limits: BlobLimits
  readonly #store: BlobStore
  readonly #key: MasterKey
  readonly #ciphers = new LRUCache<BlobRef, ChunkCipher>({ max: REMEMBERED_CIPHERS })
  readonly #thread = new SealThread()
  /** Sources are sealed one after another the first time: the first is on its way while the others wait for their turn. */
  readonly #sealing = new Mutex()
  /** Where that is done; kept as long as somebody waits for it. */
  #memory: Uint8Array = new Uint8Array()
  #sealers = 0

  constructor(store: BlobStore, key: MasterKey) {
    this.limits = { ...store.limits, maxBytes: mostPlainBytesIn(store.limits.maxBytes) }
    this.#store = store
    this.#key = key
  }

  prepare(): void {
    this.#thread.prepare()
    this.#store.prepare?.()
  }

  async put(source: BlobSource, signal?: AbortSignal): Promise<BlobRef> {
    if (source.byteLength > this.limits.maxBytes) {
      throw new BlobTooLargeError(`A blob of ${source.byteLength} bytes is over the limit of ${this.limits.maxBytes}.`)
    }
    const ref = await this.#store.put(await this.#sealed(source, signal), signal)
    this.#ciphers.delete(ref)
    return ref
  }

  async #sealed(source: BlobSource, signal: AbortSignal | undefined): Promise<BlobSource> {
    this.#sealers++
    try {
      return await this.#sealing.run(() => {
        const byteLength = sealedBytesOf(source.byteLength)
        if (this.#memory.byteLength < byteLength) this.#memory = sharedMemory(byteLength)
        const thread = this.#thread
        return sealedSource(source, { key: this.#key, purpose: PURPOSE, thread, memory: this.#memory, signal })
      }, signal)
    } finally {
      if (--this.#sealers === 0) this.#memory = new Uint8Array()
    }
  }

  async get(ref: BlobRef, options: ReadOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const { range } = options
    if (range && !this.limits.wholeReads) return await this.#getChunks(ref, range, options)
    const sealed = await this.#store.get(ref, withoutRange(options))
    return openFromStart(sealed, (head) => this.#cipherOf(head), options)
  }

  async size(ref: BlobRef, signal?: AbortSignal): Promise<number | null> {
    const sealedBytes = await this.#store.size(ref, signal)
    if (sealedBytes === null) return null
    const plainBytes = plainBytesOf(sealedBytes)
    if (plainBytes === null) throw new BlobDamagedError(`No sealed blob has ${sealedBytes} bytes.`)
    return plainBytes
  }

  async delete(ref: BlobRef, signal?: AbortSignal): Promise<void> {
    this.#ciphers.delete(ref)
    await this.#store.delete(ref, signal)
  }

  list(signal?: AbortSignal): AsyncIterable<StoredBlob> {
    return this.#store.list(signal)
  }

  /** Asks the store below for nothing but the chunks that the range touches. */
  async #getChunks(ref: BlobRef, range: ByteRange, options: ReadOptions) {
    const cipher = await this.#rememberedCipher(ref, options)
    const sealed = await this.#store.get(ref, { ...withoutRange(options), range: sealedRangeOf(cipher, range) })
    return openRange(sealed, cipher, { ...options, range, onFailure: () => this.#ciphers.delete(ref) })
  }

  async #rememberedCipher(ref: BlobRef, options: ReadOptions): Promise<ChunkCipher> {
    const remembered = options.attempt ? undefined : this.#ciphers.get(ref)
    if (remembered) return remembered
    const range = { first: 0, last: SEALED_HEADER_BYTES - 1 }
    const head = await Array.fromAsync(await this.#store.get(ref, { ...withoutRange(options), range }))
    const cipher = this.#cipherOf(Buffer.concat(head))
    this.#ciphers.set(ref, cipher)
    return cipher
  }

  #cipherOf(head: Uint8Array): ChunkCipher {
    try {
      return ChunkCipher.of(this.#key, PURPOSE, readHeader(this.#key, head))
    } catch (error) {
      throw damageOf(error)
    }
  }
}

/** Memory handed in is for plain bytes, the range is of plain bytes: neither is for the store below. */
function withoutRange({ signal, attempt, onGiver }: ReadOptions): ReadOptions {
  return { ...(signal && { signal }), ...(attempt !== undefined && { attempt }), ...(onGiver && { onGiver }) }
}
