import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import type { NewInit, NewSegment, RecordingFile } from '#domain/recording.ts'
import { BLOCK_BYTES, giveBlock, takeBlock } from './block-pool.ts'
import { noSpaceOr } from './no-space-or.ts'

/** A file with all its bytes, not yet synced, under a temporary name. */
export interface WrittenFile {
  readonly handle: FileHandle
  readonly temporary: string
  readonly byteLength: number
  readonly sha256: string
}

export type CommitFile = (what: NewSegment | NewInit, file: WrittenFile | null) => Promise<void>

/** Collects what comes into large writes; hashes on the way. Nothing is opened before the first byte is to be written. */
export class DiskRecordingFile implements RecordingFile {
  readonly #temporary: string
  readonly #commit: CommitFile
  readonly #hash = createHash('sha256')
  #handle: FileHandle | null = null
  #block: Buffer | null = null
  #filled = 0
  #flushed = 0
  #writing: Promise<void> = Promise.resolve()
  #committed = false

  constructor(temporary: string, commit: CommitFile) {
    this.#temporary = temporary
    this.#commit = commit
  }

  get byteLength(): number {
    return this.#flushed + this.#filled
  }

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

  async commit(what: NewSegment | NewInit): Promise<void> {
    const isGap = what.kind === 'segment' && what.gap !== null
    await this.#flush()
    await this.#writing
    if (isGap) return this.#commit(what, null)
    const handle = this.#handle ?? (await open(this.#temporary, 'wx'))
    this.#handle = handle
    const { size } = await handle.stat()
    if (size !== this.#flushed) throw new Error(`${this.#flushed} bytes were written, ${size} are there.`)
    const sha256 = this.#hash.digest('hex')
    await this.#commit(what, { handle, temporary: this.#temporary, byteLength: size, sha256 })
    this.#committed = true
  }

  /** One write is on its way while the next block fills. */
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
    this.#writing.catch(() => {}) // The next `flush` or `commit` tells.
    await before
  }

  async #writeBlock(block: Buffer, bytes: Buffer, at: number, before: Promise<void>): Promise<void> {
    try {
      this.#hash.update(bytes)
      await before
      this.#handle ??= await open(this.#temporary, 'wx')
      for (let done = 0; done < bytes.length; ) {
        done += (await this.#handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten
      }
    } catch (cause) {
      throw noSpaceOr(cause, 'The data folder is full.')
    } finally {
      giveBlock(block)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#committed) return
    if (this.#block) giveBlock(this.#block)
    this.#block = null
    await this.#writing.catch(() => {})
    if (!this.#handle) return
    await this.#handle.close()
    await rm(this.#temporary, { force: true })
  }
}
