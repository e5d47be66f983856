/** What is smaller costs less anew than it would pin. */
const LEAST_BYTES = 64 * 1024

/** What is still out of a buffer. */
interface Account {
  readonly memory: Uint8Array
  lentBytes: number
  isClosed: boolean
}

/**
 * Memory through which payload flows, used again and again: fresh memory for gigabytes costs more in page faults and garbage
 * collection than reading them. A reader takes a buffer, lends bytes of it onwards and closes it; when all lent bytes were
 * given back, it can be taken again. A buffer of which something never comes back is left to the garbage collector.
 * Buffers are shared memory, so that another thread can look at the bytes where they are.
 */
export class PayloadMemory {
  readonly #maxBytes: number
  /** By size, which is a power of two. */
  readonly #free = new Map<number, Uint8Array[]>()
  readonly #accounts = new WeakMap<ArrayBufferLike, Account>()

  /** Buffers over `maxBytes` are not kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** `byteLength` bytes of whatever content, at least half of the buffer that they are in. */
  take(byteLength: number): Uint8Array {
    if (byteLength > this.#maxBytes || byteLength < LEAST_BYTES) return new Uint8Array(byteLength)
    const size = 2 ** Math.ceil(Math.log2(byteLength))
    const memory = this.#free.get(size)?.pop() ?? new Uint8Array(new SharedArrayBuffer(size))
    this.#accounts.set(memory.buffer, { memory, lentBytes: 0, isClosed: false })
    return memory.subarray(0, byteLength)
  }

  /** So many bytes of the buffer that was taken go on to others. */
  lend({ buffer }: Uint8Array, byteLength: number): void {
    const account = this.#accounts.get(buffer)
    if (account) account.lentBytes += byteLength
  }

  /** No more bytes of this buffer will be lent. */
  close({ buffer }: Uint8Array): void {
    const account = this.#accounts.get(buffer)
    if (!account) return
    account.isClosed = true
    this.#reuse(account)
  }

  /** Nobody looks at these bytes any more. Each lent byte is given back once; bytes from elsewhere are passed over. */
  giveBack(views: readonly Uint8Array[]): void {
    for (const { buffer, byteLength } of views) {
      const account = this.#accounts.get(buffer)
      if (!account) continue
      account.lentBytes -= byteLength
      this.#reuse(account)
    }
  }

  #reuse({ memory, isClosed, lentBytes }: Account): void {
    if (!isClosed || lentBytes > 0) return
    this.#accounts.delete(memory.buffer)
    const free = this.#free.get(memory.byteLength)
    if (free) free.push(memory)
    else this.#free.set(memory.byteLength, [memory])
  }
}
