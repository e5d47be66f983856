import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The bytes of a stored file. */
export interface FileContent {
  readonly byteLength: number
  /** From `start` to before `end`, in the pieces they lie in. */
  read(start: number, end: number): AsyncIterable<Buffer>
  /** All bytes in one piece, copied. */
  bytes(): Buffer
  /** In hex; computed when it is first asked for. */
  sha256(): string
  /** Gives up what it holds. */
  remove(): Promise<void>
}

/** Where the bytes of a file go while it comes in. */
export interface FileSink {
  write(chunk: Buffer): Promise<void> | void
  end(): Promise<FileContent>
  abort(): Promise<void>
}

/** Makes a sink for every file: in memory, or in a folder when one is given. */
export function createSinks(folder: string | undefined): () => Promise<FileSink> {
  return folder === undefined ? () => Promise.resolve(memorySink()) : () => diskSink(folder)
}

/** Keeps the chunks as they were received: nothing is copied. */
function memorySink(): FileSink {
  const chunks: Buffer[] = []
  return {
    write(chunk) {
      chunks.push(chunk)
    },
    end: () => Promise.resolve(memoryContent(chunks)),
    abort: () => Promise.resolve(),
  }
}

/** The bytes as a file's content. */
export function memoryContent(chunks: readonly Buffer[]): FileContent {
  const starts: number[] = []
  let byteLength = 0
  for (const chunk of chunks) {
    starts.push(byteLength)
    byteLength += chunk.length
  }
  let sha256: string | undefined
  return {
    byteLength,
    async *read(start, end) {
      for (const [index, chunk] of chunks.entries()) {
        const chunkStart = starts[index] ?? 0
        if (chunkStart >= end) return
        if (chunkStart + chunk.length > start) {
          yield chunk.subarray(Math.max(0, start - chunkStart), Math.min(chunk.length, end - chunkStart))
        }
      }
    },
    bytes: () => Buffer.concat(chunks),
    sha256() {
      if (sha256 !== undefined) return sha256
      const hash = createHash('sha256')
      for (const chunk of chunks) hash.update(chunk)
      sha256 = hash.digest('hex')
      return sha256
    },
    remove: () => Promise.resolve(),
  }
}

/** So much is written to disk at once. */
const DISK_BATCH_BYTES = 1024 * 1024

async function diskSink(folder: string): Promise<FileSink> {
  const path = join(folder, randomUUID())
  const handle = await open(path, 'wx')
  let batch: Buffer[] = []
  let batchBytes = 0
  let byteLength = 0
  const flush = async () => {
    const full = batch
    batch = []
    byteLength += batchBytes
    batchBytes = 0
    if (full.length > 0) await handle.writev(full)
  }
  return {
    write(chunk) {
      batch.push(chunk)
      batchBytes += chunk.length
      return batchBytes >= DISK_BATCH_BYTES ? flush() : undefined
    },
    async end() {
      await flush()
      await handle.close()
      return diskContent(path, byteLength)
    },
    async abort() {
      await handle.close()
      await rm(path, { force: true })
    },
  }
}

function diskContent(path: string, byteLength: number): FileContent {
  let sha256: string | undefined
  return {
    byteLength,
    async *read(start, end) {
      await using handle = await open(path)
      for (let at = start; at < end; ) {
        const piece = Buffer.allocUnsafe(Math.min(DISK_BATCH_BYTES / 4, end - at))
        const { bytesRead } = await handle.read(piece, 0, piece.length, at)
        if (bytesRead === 0) return
        yield piece.subarray(0, bytesRead)
        at += bytesRead
      }
    },
    bytes: () => readFileSync(path),
    sha256() {
      sha256 ??= createHash('sha256').update(readFileSync(path)).digest('hex')
      return sha256
    },
    remove: () => rm(path, { force: true }),
  }
}
