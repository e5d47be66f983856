import { createHash } from 'node:crypto'
import { BLOCK_BYTES, giveBlock, takeBlock } from './block-pool.ts'
import { diskFault } from './disk-fault.ts'

/** Writes all of it at a place counted from where the writer began. */
export type WriteAt = (bytes: Buffer, offset: number) => Promise<void>

/** Collects chunks into large writes and hashes on the way; one write is under way while the next block fills. */
export class BlockWriter {
  readonly #writeAt: WriteAt
  readonly #hash = createHash('sha256')
  #block: Buffer | null = null
  #filled = 0
  #flushed = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(writeAt: WriteAt) {
    this.#writeAt = writeAt
  }

  get byteLength(): number {
    return this.#flushed + this.#filled
  }

  /** Resolves when another chunk may come; this one is no longer needed then. */
  async write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength; ) {
      this.#block ??= takeBlock()
      const length = Math.min(chunk.byteLength - at, BLOCK_BYTES - this.#filled)
      this.#block.set(chunk.subarray(at, at + length), this.#filled)
      this.#filled += length
      at += length
      if (this.#filled === BLOCK_BYTES) await this.#flush()
    }
  }

  /** Resolves with the hash of everything when it is written. */
  async end(): Promise<string> {
    await this.#flush()
    await this.#writing
    return this.#hash.digest('hex')
  }

  /** Nothing more is written when it resolves. */
  async giveUp(): Promise<void> {
    if (this.#block) giveBlock(this.#block)
    this.#block = null
    this.#filled = 0
    await this.#writing.catch(() => {})
  }

  async #flush(): Promise<void> {
    const block = this.#block
    if (!block) return
    const bytes = block.subarray(0, this.#filled)
    const at = this.#flushed
    this.#flushed += this.#filled
    this.#block = null
    this.#filled = 0
    const before = this.#writing
    this.#writing = this.#writeBlock(block, bytes, at, before)
    this.#writing.catch(() => {}) // The next `flush` or `end` tells.
    await before
  }

  async #writeBlock(block: Buffer, bytes: Buffer, at: number, before: Promise<void>): Promise<void> {
    try {
      this.#hash.update(bytes)
      await before
      await this.#writeAt(bytes, at)
    } catch (cause) {
      throw diskFault(cause, 'The data folder is full.')
    } finally {
      giveBlock(block)
    }
  }
}
