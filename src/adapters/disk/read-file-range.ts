import { type FileHandle, open } from 'node:fs/promises'
import type { ReadOptions } from '#domain/blob-store.ts'
import { BlobDamagedError, BlobNotFoundError } from '#domain/errors.ts'
import { isMissing } from './file-errors.ts'

/** Large reads cost least per byte: most slices come in one. */
const READ_BYTES = 2 * 1024 * 1024

/**
 * The bytes of a file, or of a range of it, in buffers of their own or in the one handed in.
 * Rejects with BlobNotFoundError before the first byte; throws BlobDamagedError when the file is shorter than the range.
 */
export async function readFileRange(
  path: string,
  { range, signal, into }: ReadOptions,
): Promise<AsyncIterable<Uint8Array>> {
  signal?.throwIfAborted()
  const file = await open(path, 'r').catch((cause) => {
    throw isMissing(cause) ? new BlobNotFoundError('The stored bytes are not there.', { cause }) : cause
  })
  if (range) return readChunks(file, { first: range.first, end: range.last + 1, signal, into })
  try {
    return readChunks(file, { first: 0, end: (await file.stat()).size, signal, into })
  } catch (error) {
    await file.close()
    throw error
  }
}

interface Span {
  readonly first: number
  readonly end: number
  readonly signal: AbortSignal | undefined
  readonly into: Uint8Array | undefined
}

async function* readChunks(file: FileHandle, { first, end, signal, into }: Span) {
  try {
    for (let at = first; at < end; ) {
      signal?.throwIfAborted()
      const length = Math.min(READ_BYTES, end - at)
      const buffer = into?.subarray(at - first, at - first + length) ?? Buffer.allocUnsafeSlow(length)
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) throw new BlobDamagedError(`The stored file ends at byte ${at}, ${end} were expected.`)
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  } finally {
    await file.close()
  }
}
