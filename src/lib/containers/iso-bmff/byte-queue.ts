import { ContainerError } from '../container-error.ts'
import { concat } from './box-writer.ts'

/** Takes exact lengths from a stream of chunks without copying more than what is asked to be whole. */
export class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>
  #pieces: Uint8Array[] = []
  #length = 0
  #ended = false
  /** Bytes taken so far. */
  position = 0

  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source
  }

  /** False when the stream ends before `length` more bytes. */
  async has(length: number): Promise<boolean> {
    while (this.#length < length && !this.#ended) {
      const next = await this.#source.next()
      if (next.done) this.#ended = true
      else this.#push(next.value)
    }
    return this.#length >= length
  }

  /** Up to `length` bytes from the front, left in place. */
  peek(length: number): Uint8Array {
    const parts: Uint8Array[] = []
    let missing = length
    for (const piece of this.#pieces) {
      if (missing === 0) break
      parts.push(piece.subarray(0, missing))
      missing -= Math.min(missing, piece.byteLength)
    }
    return concat(parts)
  }

  /** The next `length` bytes as views of the chunks they came in. Throws `truncated` at the end of the stream. */
  async take(length: number): Promise<Uint8Array[]> {
    if (!(await this.has(length))) throw new ContainerError('truncated', 'the stream ends inside a box')
    const taken: Uint8Array[] = []
    let used = 0
    for (let missing = length; missing > 0; ) {
      const piece = this.#pieces[used] ?? new Uint8Array(0)
      taken.push(piece.subarray(0, missing))
      if (piece.byteLength > missing) this.#pieces[used] = piece.subarray(missing)
      else used++
      missing -= Math.min(missing, piece.byteLength)
    }
    this.#pieces.splice(0, used)
    this.#length -= length
    this.position += length
    return taken
  }

  /** Lets `length` bytes pass without keeping them. */
  async skip(length: number): Promise<void> {
    for (let missing = length; missing > 0; ) {
      if (!(await this.has(1))) throw new ContainerError('truncated', 'the stream ends inside a box')
      const step = Math.min(missing, this.#length)
      await this.take(step)
      missing -= step
    }
  }

  #push(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return
    this.#pieces.push(chunk)
    this.#length += chunk.byteLength
  }
}
