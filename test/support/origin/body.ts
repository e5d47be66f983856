import { createCipheriv } from 'node:crypto'

/** Bytes that can be read in pieces; they need not lie in memory. */
export interface Body {
  readonly byteLength: number
  /** Exactly `length` bytes from `offset`, which lie inside. */
  read(offset: number, length: number): Buffer
}

export function bytesBody(bytes: Uint8Array): Body {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { byteLength: buffer.length, read: (offset, length) => buffer.subarray(offset, offset + length) }
}

/** Islands of bytes in a sea of zeros, as long as it likes: a file beyond 4 GiB that costs nothing. */
export function sparseBody(byteLength: number, islands: ReadonlyMap<number, Buffer>): Body {
  return {
    byteLength,
    read(offset, length) {
      const out = Buffer.alloc(length)
      for (const [start, bytes] of islands) {
        const from = Math.max(offset, start)
        const to = Math.min(offset + length, start + bytes.length)
        if (from < to) bytes.copy(out, from - offset, from - start, to - start)
      }
      return out
    },
  }
}

/** The same bytes for the same seed, as random as AES makes them. */
export function pseudoRandomBytes(seed: number, byteLength: number): Buffer {
  const key = Buffer.alloc(16)
  key.writeUInt32BE(seed)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(byteLength))
}

const POOL_BYTES = 8 * 1024 * 1024
let pool: Buffer | undefined

/** Pseudo-random bytes that are cheap to serve: windows into one pool, another one for each number. `byteLength` up to 4 MiB. */
export function pooledBytes(number: number, byteLength: number): Buffer {
  pool ??= pseudoRandomBytes(1, POOL_BYTES)
  const start = (number * 12_289) % (POOL_BYTES - byteLength)
  return pool.subarray(start, start + byteLength)
}
