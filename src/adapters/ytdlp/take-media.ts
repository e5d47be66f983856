import { lstat, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PageRefusedError } from '#domain/errors.ts'

const HEAD_BYTES = 64 * 1024

/** Tells whether the first bytes of a file are media; throws when they are not. */
export type Sniff = (head: Uint8Array) => unknown

/**
 * The path of a file that yt-dlp says it wrote, in the folder it was given: a plain file whose first bytes are media. Its
 * name is not believed. Rejects with PageRefusedError for anything else, `too-large` when it is longer than is allowed.
 */
export async function takeMedia(
  folder: string,
  said: string,
  sniff: Sniff,
): Promise<{ path: string; byteLength: number }> {
  const path = join(folder, basename(said))
  const entry = await lstat(path).catch(() => null)
  if (entry === null || !entry.isFile() || entry.size === 0) throw noMedia('yt-dlp left no file.')
  const head = await readHead(path, HEAD_BYTES)
  try {
    sniff(head)
  } catch (cause) {
    throw noMedia(cause instanceof Error ? cause.message : 'Its first bytes are those of no video.', cause)
  }
  return { path, byteLength: entry.size }
}

function noMedia(why: string, cause?: unknown): PageRefusedError {
  const fix = 'Give the address of the page that shows the video.'
  return new PageRefusedError('What came from the page is no video.', 'no-video', { why, fix, cause })
}

async function readHead(path: string, byteLength: number): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(byteLength), 0, byteLength, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
