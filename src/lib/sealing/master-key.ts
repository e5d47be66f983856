import { hkdfSync, randomBytes } from 'node:crypto'

export const MASTER_KEY_BYTES = 32

/**
 * The 32 bytes that everything sealed by one library depends on. Hard to show by accident: printing, JSON and
 * `util.inspect` give `***`, only `reveal()` gives the bytes. What is used for work is derived from it, never itself.
 */
export class MasterKey {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    if (bytes.byteLength !== MASTER_KEY_BYTES) throw new RangeError(`A master key has ${MASTER_KEY_BYTES} bytes.`)
    this.#bytes = Uint8Array.from(bytes)
  }

  static random(): MasterKey {
    return new MasterKey(randomBytes(MASTER_KEY_BYTES))
  }

  /** HKDF-SHA-256 (RFC 5869); another purpose or salt gives unrelated bytes. */
  derive(purpose: string, byteLength: number, salt: Uint8Array = new Uint8Array()): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#bytes, salt, `telereel ${purpose}`, byteLength))
  }

  /** The key itself: for the recovery sheet only. */
  reveal(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK
  }
}

const MASK = '***'
