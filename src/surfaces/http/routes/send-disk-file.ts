import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ByteRange } from '#domain/blob-store.ts'
import { NotFoundError } from '#domain/errors.ts'
import { contentDisposition } from '#lib/file-name/content-disposition.ts'
import { sendRepresentation } from '../media/send-representation.ts'

const READ_BYTES = 256 * 1024
/** Whatever is in it, no browser shall take it for a page of ours. */
const DOWNLOAD_HEADERS = {
  'content-type': 'application/octet-stream',
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'private, no-cache',
} as const

/**
 * Answers with a finished file as an attachment, by ranges too, read as it is sent. `sha256` makes the entity tag; without
 * it size and time of change do. Rejects with NotFoundError when the file is gone.
 */
export async function sendDiskFile(
  request: IncomingMessage,
  response: ServerResponse,
  { path, sha256 }: { readonly path: string; readonly sha256: string | null },
): Promise<void> {
  await using file = await openFile(path)
  const { size, mtimeMs } = await file.stat()
  const representation = {
    etag: `"${sha256 ?? `${size.toString(36)}-${Math.round(mtimeMs).toString(36)}`}"`,
    byteLength: size,
    headers: { ...DOWNLOAD_HEADERS, 'content-disposition': contentDisposition('attachment', basename(path)) },
  }
  await sendRepresentation(request, response, representation, (range, signal) =>
    read(file, range ?? { first: 0, last: size - 1 }, signal),
  )
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (cause) {
    throw new NotFoundError('The file is not there any more.', { fix: 'Download it again.', cause })
  }
}

/** Throws when the file has become shorter: a short answer must not look whole. */
async function* read(file: FileHandle, { first, last }: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = first; at <= last; ) {
    signal.throwIfAborted()
    const chunk = Buffer.allocUnsafe(Math.min(READ_BYTES, last + 1 - at))
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at)
    if (bytesRead === 0) throw new NotFoundError('The file has become shorter while it was read.')
    yield chunk.subarray(0, bytesRead)
    at += bytesRead
  }
}
