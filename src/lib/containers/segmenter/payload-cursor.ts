import { ContainerError } from '../container-error.ts'

/** Hands out the bytes of a batch in order, without copying them. */
export class PayloadCursor {
  readonly #pieces: readonly Uint8Array[]
  #piece = 0
  #offset = 0

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces
  }

  /** The next `length` bytes; throws `truncated` when fewer are left. */
  take(length: number): Uint8Array[] {
    const taken: Uint8Array[] = []
    for (let left = length; left > 0; ) {
      const piece = this.#pieces[this.#piece]
      if (piece === undefined) throw new ContainerError('truncated', `samples lack ${left} bytes of payload`)
      const part = piece.subarray(this.#offset, this.#offset + left)
      if (part.byteLength > 0) taken.push(part)
      left -= part.byteLength
      this.#offset += part.byteLength
      if (this.#offset === piece.byteLength) this.#nextPiece()
    }
    return taken
  }

  #nextPiece(): void {
    this.#piece++
    this.#offset = 0
  }
}
