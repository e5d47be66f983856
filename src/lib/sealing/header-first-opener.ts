import type { ChunkOpener } from './chunk-opener.ts'
import { SEALED_HEADER_BYTES } from './sealed-form.ts'
import { SealingError } from './sealing-error.ts'

/** A ChunkOpener for sealed bytes that come from the first byte on: it begins once the header is there. */
export class HeaderFirstOpener implements Pick<ChunkOpener, 'isDone' | 'push' | 'end'> {
  readonly #start: (header: Uint8Array) => ChunkOpener
  #head: Uint8Array = Buffer.alloc(0)
  #opener: ChunkOpener | null = null

  /** `start` gets the header and makes what opens the bytes right after it. */
  constructor(start: (header: Uint8Array) => ChunkOpener) {
    this.#start = start
  }

  get isDone(): boolean {
    return this.#opener?.isDone ?? false
  }

  *push(sealed: Uint8Array): Generator<Uint8Array> {
    if (this.#opener) {
      yield* this.#opener.push(sealed)
      return
    }
    this.#head = this.#head.byteLength > 0 ? Buffer.concat([this.#head, sealed]) : sealed
    if (this.#head.byteLength < SEALED_HEADER_BYTES) return
    this.#opener = this.#start(this.#head.subarray(0, SEALED_HEADER_BYTES))
    yield* this.#opener.push(this.#head.subarray(SEALED_HEADER_BYTES))
  }

  end(): void {
    if (!this.#opener) throw new SealingError('cut', 'The sealed bytes end in their header.')
    this.#opener.end()
  }
}
