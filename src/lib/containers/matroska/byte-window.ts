import type { Asking } from './asking.ts'

/** Small reads here and there: bytes near the last read are not read again. */
export class ByteWindow {
  readonly #fileSize: number
  readonly #windowLength: number
  #window: Uint8Array = new Uint8Array()
  #start = 0

  /** `windowLength`: how many bytes a read fetches at least. */
  constructor(fileSize: number, windowLength: number) {
    this.#fileSize = fileSize
    this.#windowLength = windowLength
  }

  /** Up to `length` bytes from `offset`; fewer only at the end of the file. */
  *read(offset: number, length: number): Asking<Uint8Array> {
    const inside = this.peek(offset, length)
    if (inside !== null) return inside
    const wanted = Math.min(Math.max(length, this.#windowLength), this.#fileSize - offset)
    if (wanted <= 0) return new Uint8Array()
    this.#window = yield { offset, length: wanted }
    this.#start = offset
    return this.#window.subarray(0, length)
  }

  /** What `read` would answer without asking, or null. */
  peek(offset: number, length: number): Uint8Array | null {
    const from = offset - this.#start
    const end = Math.min(offset + length, this.#fileSize)
    const isInside = from >= 0 && end <= this.#start + this.#window.byteLength
    return isInside && this.#window.byteLength > 0
      ? this.#window.subarray(from, Math.max(from, end - this.#start))
      : null
  }
}
