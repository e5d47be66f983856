import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobSource, ByteRange, ReadOptions } from '#domain/blob-store.ts'
import { BlobDamagedError, BlobNotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Slice } from '#domain/video.ts'
import type { PackFile, WorkArea } from '#domain/work-area.ts'
import { isMissing } from './file-errors.ts'
import { HashThread } from './hash-thread.ts'
import { diskFault } from './disk-fault.ts'
import { readFileRange } from './read-file-range.ts'

const IS_FULL = 'The data folder is full.'

/** Packs grow as files `<folder>/<video>/<position>.pack`. */
export class DiskWorkArea implements WorkArea {
  readonly #folder: string
  readonly #hashes = new HashThread()

  constructor(folder: string) {
    this.#folder = folder
  }

  async openPack(videoId: VideoId, position: number, keepBytes: number): Promise<PackFile> {
    this.#hashes.prepare()
    try {
      await mkdir(join(this.#folder, videoId), { recursive: true })
      const file = await open(this.#path(videoId, position), keepBytes === 0 ? 'w' : 'r+')
      try {
        await file.truncate(keepBytes)
      } catch (error) {
        await file.close()
        throw error
      }
      return new DiskPackFile(file, keepBytes, this.#hashes)
    } catch (cause) {
      throw diskFault(cause, IS_FULL)
    }
  }

  async readPack(
    videoId: VideoId,
    position: number,
    range: ByteRange,
    options?: Omit<ReadOptions, 'range'>,
  ): Promise<AsyncIterable<Uint8Array>> {
    return readFileRange(this.#path(videoId, position), { ...options, range })
  }

  async holds(videoId: VideoId, position: number, slices: readonly Omit<Slice, 'packId'>[]): Promise<boolean> {
    try {
      for (const { offset, length, sha256 } of slices) {
        const range = { first: offset, last: offset + length - 1 }
        if ((await hashOf(await this.readPack(videoId, position, range))) !== sha256) return false
      }
      return true
    } catch (error) {
      if (error instanceof BlobNotFoundError || error instanceof BlobDamagedError) return false
      throw error
    }
  }

  async packBytes(videoId: VideoId, position: number): Promise<number | null> {
    try {
      return (await stat(this.#path(videoId, position))).size
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  async packSource(videoId: VideoId, position: number): Promise<BlobSource> {
    const path = this.#path(videoId, position)
    const file = await open(path, 'r+').catch((cause) => {
      throw isMissing(cause)
        ? new BlobNotFoundError(`Pack ${videoId}/${position} is not in the work area.`, { cause })
        : cause
    })
    try {
      await makeSafe(file, path)
      const byteLength = (await file.stat()).size
      return {
        name: `${videoId}/${position}`,
        byteLength,
        path,
        open: (signal) => readThrough(path, signal),
      }
    } finally {
      await file.close()
    }
  }

  async removePack(videoId: VideoId, position: number): Promise<void> {
    await rm(this.#path(videoId, position), { force: true })
  }

  async removeVideo(videoId: VideoId): Promise<void> {
    await rm(join(this.#folder, videoId), { recursive: true, force: true })
  }

  async videos(): Promise<readonly VideoId[]> {
    try {
      return (await readdir(this.#folder)) as VideoId[]
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  }

  #path(videoId: VideoId, position: number): string {
    return join(this.#folder, videoId, `${String(position).padStart(6, '0')}.pack`)
  }
}

class DiskPackFile implements PackFile {
  readonly #file: FileHandle
  readonly #hashes: HashThread
  #byteLength: number
  /** The system lets only one at a time write into a file: another would wait in a thread that has better things to do. */
  #writing: Promise<unknown> = Promise.resolve()

  constructor(file: FileHandle, byteLength: number, hashes: HashThread) {
    this.#file = file
    this.#hashes = hashes
    this.#byteLength = byteLength
  }

  get byteLength(): number {
    return this.#byteLength
  }

  async append(bytes: readonly Uint8Array[]) {
    const offset = this.#byteLength
    const length = bytes.reduce((sum, piece) => sum + piece.byteLength, 0)
    this.#byteLength += length
    const writing = this.#writing.then(() => this.#write(bytes, offset))
    this.#writing = writing.catch(() => {})
    const [sha256] = await Promise.all([this.#hashes.sha256(bytes), writing])
    return { offset, length, sha256 }
  }

  async #write(bytes: readonly Uint8Array[], offset: number): Promise<void> {
    try {
      let at = offset
      for (const group of groupsOf(bytes, MAX_PIECES_PER_WRITE)) at += await writeAll(this.#file, group, at)
    } catch (cause) {
      throw diskFault(cause, IS_FULL)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
  }
}

/** IOV_MAX on Linux. */
const MAX_PIECES_PER_WRITE = 1024

async function writeAll(file: FileHandle, group: readonly Uint8Array[], at: number): Promise<number> {
  const total = group.reduce((sum, piece) => sum + piece.byteLength, 0)
  const { bytesWritten } = await file.writev(group, at)
  if (bytesWritten === total) return total
  // A short write: the medium is nearly full or a signal came; write the rest in one run.
  const rest = Buffer.concat(group).subarray(bytesWritten)
  for (let done = 0; done < rest.length; ) {
    done += (await file.write(rest, done, rest.length - done, at + bytesWritten + done)).bytesWritten
  }
  return total
}

function* groupsOf<T>(items: readonly T[], size: number): Iterable<readonly T[]> {
  for (let index = 0; index < items.length; index += size) yield items.slice(index, index + size)
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

/**
 * What could not be made safe looks well as long as the system remembers it, and the next attempt may succeed without it
 * (fsync(2), errors): so it goes, as after a power cut, and is cut again.
 */
async function makeSafe(file: FileHandle, path: string): Promise<void> {
  try {
    await file.datasync()
  } catch (cause) {
    await rm(path, { force: true }).catch(() => {})
    throw diskFault(cause, IS_FULL)
  }
}

const READ_BYTES = 1 << 20

/** The whole file, piece by piece, each in the memory of the one before. */
async function* readThrough(path: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
    for (let at = 0; ; ) {
      signal?.throwIfAborted()
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, at)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  } finally {
    await file.close()
  }
}
