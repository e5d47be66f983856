import type { BlobLimits, BlobRef, BlobSource, BlobStore, ReadOptions, StoredBlob } from '#domain/blob-store.ts'
import { BlobDamagedError, BlobNotFoundError, BlobTooLargeError } from '#domain/errors.ts'

/** Small, so that readers meet chunk borders. */
const CHUNK_BYTES = 16 * 1024

/** The store's twin that forgets everything: for tests. */
export class MemoryBlobStore implements BlobStore {
  readonly limits: BlobLimits
  readonly #blobs = new Map<BlobRef, Uint8Array>()

  constructor(maxBytes = 20 * 1024 * 1024) {
    this.limits = { maxBytes, parallelPuts: 4 }
  }

  async put(source: BlobSource, signal?: AbortSignal): Promise<BlobRef> {
    if (source.byteLength > this.limits.maxBytes) {
      throw new BlobTooLargeError(`A blob of ${source.byteLength} bytes is over the limit of ${this.limits.maxBytes}.`)
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of source.open(signal)) {
      signal?.throwIfAborted()
      chunks.push(Uint8Array.from(chunk))
    }
    signal?.throwIfAborted()
    const bytes = Buffer.concat(chunks)
    if (bytes.byteLength !== source.byteLength) {
      throw new BlobDamagedError(`${source.name} gave ${bytes.byteLength} bytes, ${source.byteLength} were announced.`)
    }
    const ref: BlobRef = `memory:${source.name}`
    this.#blobs.set(ref, bytes)
    return ref
  }

  async get(ref: BlobRef, { range, signal }: ReadOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    signal?.throwIfAborted()
    const bytes = this.#blobs.get(ref)
    if (!bytes) throw new BlobNotFoundError('The stored bytes are not there.')
    const { first, last } = range ?? { first: 0, last: bytes.byteLength - 1 }
    if (last >= bytes.byteLength) throw new BlobDamagedError(`The blob has ${bytes.byteLength} bytes, not ${last + 1}.`)
    return chunksOf(bytes.subarray(first, last + 1), signal)
  }

  async size(ref: BlobRef): Promise<number | null> {
    return this.#blobs.get(ref)?.byteLength ?? null
  }

  async delete(ref: BlobRef): Promise<void> {
    this.#blobs.delete(ref)
  }

  async *list(): AsyncIterable<StoredBlob> {
    for (const ref of [...this.#blobs.keys()]) yield { ref, name: ref.slice('memory:'.length) }
  }
}

async function* chunksOf(bytes: Uint8Array, signal?: AbortSignal) {
  for (let from = 0; from < bytes.byteLength; from += CHUNK_BYTES) {
    signal?.throwIfAborted()
    yield Uint8Array.from(bytes.subarray(from, from + CHUNK_BYTES))
  }
}
