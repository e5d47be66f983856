import type { PayloadMemory } from './payload-memory.ts'

/** Large enough to hold many frames, small enough that the last one of a quiet track pins little. */
const SLAB_BYTES = 1024 * 1024

/** To hand on a piece of its own costs as much as to copy so many bytes into shared memory (measured). */
const WORTH_A_PIECE_BYTES = 12 * 1024

/**
 * Payload of one track in few pieces, though in the file other things stand between: what is small is copied, one behind the
 * other; what is large stays where it was read.
 */
export class PayloadSlabs {
  readonly #memory: PayloadMemory
  #slab: Uint8Array = new Uint8Array()
  #used = 0

  constructor(memory: PayloadMemory) {
    this.#memory = memory
  }

  /** The same bytes in memory that is lent. `pieces` may be of the same memory, then they are not to be closed yet. */
  keep(pieces: readonly Uint8Array[], byteLength: number): readonly Uint8Array[] {
    if (byteLength < WORTH_A_PIECE_BYTES) return [this.#copy(pieces, byteLength)]
    for (const piece of pieces) this.#memory.lend(piece, piece.byteLength)
    return pieces
  }

  #copy(pieces: readonly Uint8Array[], byteLength: number): Uint8Array {
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
