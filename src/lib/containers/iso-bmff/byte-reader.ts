import { ContainerError } from '../container-error.ts'

/** Reads big-endian fields one after another; past the end it throws `ContainerError('truncated')`. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at
  }

  get position(): number {
    return this.#at
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2))
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2))
  }

  u24(): number {
    return this.u8() * 0x1_0000 + this.u16()
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4))
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4))
  }

  /** Refuses numbers that a double cannot hold exactly. */
  u64(): number {
    return exact(this.#view.getBigUint64(this.#take(8)))
  }

  i64(): number {
    return exact(this.#view.getBigInt64(this.#take(8)))
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8))
  }

  fourCc(): string {
    return latin1(this.bytes(4))
  }

  bytes(length: number): Uint8Array {
    const start = this.#take(length)
    return this.#bytes.subarray(start, start + length)
  }

  rest(): Uint8Array {
    return this.bytes(this.left)
  }

  skip(length: number): this {
    this.#take(length)
    return this
  }

  #take(length: number): number {
    const start = this.#at
    if (length > this.left) throw new ContainerError('truncated', `${length} bytes wanted, ${this.left} left`)
    this.#at += length
    return start
  }
}

/** One character per byte: the way in which box types are written. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function exact(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new ContainerError('malformed', `${value} is beyond any real time or size`)
  return number
}
