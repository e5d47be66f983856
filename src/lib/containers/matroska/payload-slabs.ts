import { PayloadMemory } from '../payload-memory.ts'

/** Large enough to hold many frames, small enough that the last one of a quiet track pins little. */
const SLAB_BYTES = 1024 * 1024

/** Memory for the payload of Matroska files. */
export function memoryForMatroska(): PayloadMemory {
  return new PayloadMemory(SLAB_BYTES)
}

/**
 * Copies frames one behind the other: what was read is used again at once, and a segment becomes few pieces, though a header
 * stands before each frame in the file.
 */
export class PayloadSlabs {
  readonly #memory: PayloadMemory
  #slab: Uint8Array = new Uint8Array()
  #used = 0

  constructor(memory: PayloadMemory) {
    this.#memory = memory
  }

  /** A copy in one piece, lent from the memory. */
  keep(pieces: readonly Uint8Array[], byteLength: number): Uint8Array {
    if (byteLength > this.#slab.byteLength - this.#used) this.#next(byteLength)
    const copy = this.#slab.subarray(this.#used, this.#used + byteLength)
    let at = 0
    for (const piece of pieces) {
      copy.set(piece, at)
      at += piece.byteLength
    }
    this.#used += byteLength
    this.#memory.lend(copy, byteLength)
    return copy
  }

  /** Nothing more is kept. */
  close(): void {
    this.#memory.close(this.#slab)
  }

  #next(byteLength: number): void {
    this.close()
    this.#slab = this.#memory.take(Math.max(byteLength, SLAB_BYTES))
    this.#used = 0
  }
}
