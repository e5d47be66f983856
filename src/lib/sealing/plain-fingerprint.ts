import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { CHUNK_BYTES } from './sealed-form.ts'

/** What plain bytes were when they were read first: which bytes they are, and how to notice later that they changed. */
export class PlainFingerprint {
  readonly #hash = createHash('sha256')
  readonly #checks: number[] = []
  byteLength = 0

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes)
    for (const { chunk, part } of partsByChunk(bytes, this.byteLength)) {
      this.#checks[chunk] = crc32(part, this.#checks[chunk] ?? 0)
    }
    this.byteLength += bytes.byteLength
  }

  /** To be called once, after all was added. */
  sha256(): Buffer {
    return this.#hash.digest()
  }

  /** CRC-32 of a chunk. It is there for accidents: nobody but us chooses what is read. */
  checkOf(chunk: number): number {
    return this.#checks[chunk] ?? 0
  }
}

/** The parts of `bytes`, which begin at the plain byte `at`, so that none lies across two chunks. */
export function* partsByChunk(bytes: Uint8Array, at: number): Generator<{ chunk: number; part: Uint8Array }> {
  for (let from = 0; from < bytes.byteLength; ) {
    const chunk = Math.floor((at + from) / CHUNK_BYTES)
    const part = bytes.subarray(from, (chunk + 1) * CHUNK_BYTES - at)
    yield { chunk, part }
    from += part.byteLength
  }
}
