import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BlobDamagedError } from '#domain/errors.ts'
import type { FileFacts, ResultFile, ResultFiles } from '#domain/result-file.ts'
import { isMissing } from './file-errors.ts'
import { isThere } from './is-there.ts'
import { diskFault } from './disk-fault.ts'
import { openForWriting } from './open-for-writing.ts'
import { readThrough } from './read-through.ts'
import { syncFolder } from '#lib/durable-file/sync-folder.ts'
import { writeAll } from './write-all.ts'

const COPY_BYTES = 512 * 1024
const IS_FULL = 'The disk of the result is full.'
const WHOLE = { offset: 0, byteLength: Number.POSITIVE_INFINITY }

/**
 * What grows is `<path>.part`, so an earlier result of the same name stays until the new one is whole. Where there is only
 * an earlier result, it may be what is wanted: it is looked at, not touched.
 */
export class DiskResultFiles implements ResultFiles {
  async open(path: string): Promise<ResultFile> {
    try {
      await mkdir(dirname(path), { recursive: true })
      if (!(await isThere(`${path}.part`)) && (await isThere(path))) {
        return new DiskResultFile(path, await open(path, 'r'), true)
      }
      return new DiskResultFile(path, await openForWriting(`${path}.part`), false)
    } catch (cause) {
      throw diskFault(cause, IS_FULL)
    }
  }

  async facts(path: string): Promise<FileFacts> {
    await using file = await open(path, 'r')
    const hash = createHash('sha256')
    let byteLength = 0
    for await (const bytes of readThrough(file, WHOLE, Buffer.allocUnsafe(COPY_BYTES))) {
      hash.update(bytes)
      byteLength += bytes.length
    }
    return { byteLength, sha256: hash.digest('hex') }
  }
}

class DiskResultFile implements ResultFile {
  readonly #path: string
  #file: FileHandle
  /** One is written while the other fills. */
  #buffer = Buffer.allocUnsafeSlow(COPY_BYTES)
  #otherBuffer = Buffer.allocUnsafeSlow(COPY_BYTES)
  #writing: Promise<void> = Promise.resolve()
  #hash = createHash('sha256')
  #byteLength = 0
  /** Of the beginning, those that are on the medium. */
  #safeBytes = 0
  /** Why nothing more is written. */
  #broken: { readonly error: unknown } | null = null
  #isEarlier: boolean

  /** `isEarlier`: the file is a result already; it is read only. */
  constructor(path: string, file: FileHandle, isEarlier: boolean) {
    this.#path = path
    this.#file = file
    this.#isEarlier = isEarlier
  }

  get byteLength(): number {
    return this.#byteLength
  }

  async keep({ byteLength, sha256 }: FileFacts): Promise<boolean> {
    const piece = createHash('sha256')
    const whole = this.#hash.copy()
    let length = 0
    for await (const bytes of readThrough(this.#file, { offset: this.#byteLength, byteLength }, this.#buffer)) {
      piece.update(bytes)
      whole.update(bytes)
      length += bytes.length
    }
    if (length !== byteLength || piece.digest('hex') !== sha256) return false
    this.#hash = whole
    this.#byteLength += byteLength
    return true
  }

  /** Only their number is compared: these bytes were hashed when they came, moments ago as a rule. */
  async append(path: string, { byteLength }: FileFacts): Promise<void> {
    await using source = await open(path, 'r').catch((cause: unknown) => {
      throw isMissing(cause) ? goneFile(cause) : cause
    })
    await this.#leaveEarlier()
    const whole = this.#hash.copy()
    let length = 0
    for (;;) {
      const { bytesRead } = await source.read(this.#buffer, 0, COPY_BYTES, length)
      if (bytesRead === 0) break
      const bytes = this.#buffer.subarray(0, bytesRead)
      whole.update(bytes)
      await this.#write(bytes, this.#byteLength + length)
      length += bytesRead
    }
    if (length !== byteLength) {
      throw new BlobDamagedError('A file of the recording is not what was written.', {
        why: `It has ${length} bytes instead of ${byteLength}.`,
        fix: 'Start the download anew.',
      })
    }
    this.#hash = whole
    this.#byteLength += length
  }

  /** Resolves when the one before is written, and there is a buffer for the next. */
  async #write(bytes: Buffer, at: number): Promise<void> {
    if (this.#broken) throw this.#broken.error
    await this.#writing
    this.#writing = writeAll(this.#file, bytes, at).catch((cause: unknown) => {
      throw diskFault(cause, IS_FULL)
    })
    this.#writing.catch(() => {}) // Who waits for it next is told.
    ;[this.#buffer, this.#otherBuffer] = [this.#otherBuffer, this.#buffer]
  }

  async sync(): Promise<void> {
    if (this.#isEarlier) return
    if (this.#broken) throw this.#broken.error
    const { byteLength } = this
    await this.#writing
    try {
      await this.#file.datasync()
    } catch (cause) {
      throw await this.#giveUp(diskFault(cause, IS_FULL))
    }
    this.#safeBytes = byteLength
  }

  /**
   * What could not be made safe looks well as long as the system remembers it, and the next attempt to make it safe may
   * succeed without it (fsync(2), errors): so it goes, and whoever tries again writes it anew.
   */
  async #giveUp(error: unknown): Promise<unknown> {
    this.#broken = { error }
    await this.#file.truncate(this.#safeBytes).catch(() => {})
    return error
  }

  async finish(): Promise<FileFacts> {
    const facts = { byteLength: this.#byteLength, sha256: this.#hash.copy().digest('hex') }
    if (this.#isEarlier && (await this.#file.stat()).size === this.#byteLength) return facts
    await this.#leaveEarlier()
    await this.#writing
    if (this.#broken) throw this.#broken.error
    await this.#file.truncate(this.#byteLength)
    await this.sync()
    const { size } = await this.#file.stat()
    if (size !== this.#byteLength) throw new BlobDamagedError(`The result has ${size} bytes, not ${this.#byteLength}.`)
    await rename(`${this.#path}.part`, this.#path)
    await syncFolder(dirname(this.#path))
    return facts
  }

  /** What was kept of an earlier result becomes the beginning of a new one. */
  async #leaveEarlier(): Promise<void> {
    if (!this.#isEarlier) return
    try {
      const part = await openForWriting(`${this.#path}.part`)
      const earlier = this.#file
      this.#file = part
      this.#isEarlier = false
      await using _closed = earlier
      let at = 0
      for await (const bytes of readThrough(earlier, { offset: 0, byteLength: this.#byteLength }, this.#buffer)) {
        await writeAll(part, bytes, at)
        at += bytes.length
      }
    } catch (cause) {
      throw diskFault(cause, IS_FULL)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing.catch(() => {})
    await this.#file.close()
  }
}

/** Pieces go when they are safe in the result. */
function goneFile(cause: unknown): BlobDamagedError {
  return new BlobDamagedError('A file of the recording is not there any more.', {
    why: 'What had been made of it so far was removed, renamed or changed.',
    fix: 'Start the download anew.',
    cause,
  })
}
