import { ContainerError } from '../container-error.ts'

/** Reads fields of any number of bits, highest bit first. */
export class BitReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return 8 * this.#bytes.byteLength - this.#at
  }

  /** Of at most 31 bits. */
  bits(count: number): number {
    if (count > this.left) throw new ContainerError('truncated', `${count} bits wanted, ${this.left} left`)
    let value = 0
    for (let end = this.#at + count; this.#at < end; this.#at++) {
      const byte = this.#bytes[this.#at >> 3] ?? 0
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1)
    }
    return value
  }

  /** The same bits will be read again. */
  peek(count: number): number {
    const value = this.bits(count)
    this.#at -= count
    return value
  }
}
