import { lstat, open, readdir } from 'node:fs/promises'
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

export interface SubtitleFile {
  readonly path: string
  /** BCP 47, as the site names it. */
  readonly language: string
  readonly format: 'vtt' | 'srt'
}

const SUBTITLE_NAME = /^src\.([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4})\.(vtt|srt)$/
const MAX_SUBTITLE_BYTES = 10 * 1024 * 1024

/** Subtitle files beside the video; what is none by its first bytes is left where it is. */
export async function takeSubtitles(folder: string): Promise<readonly SubtitleFile[]> {
  const found = await Promise.all((await readdir(folder)).toSorted().map((name) => subtitleOf(folder, name)))
  return found.filter((one) => one !== null)
}

async function subtitleOf(folder: string, name: string): Promise<SubtitleFile | null> {
  const [, language, format] = SUBTITLE_NAME.exec(name) ?? []
  if (language === undefined || (format !== 'vtt' && format !== 'srt')) return null
  const path = join(folder, name)
  const entry = await lstat(path)
  if (!entry.isFile() || entry.size > MAX_SUBTITLE_BYTES) return null
  const text = new TextDecoder().decode(await readHead(path, 200))
  const fits = format === 'vtt' ? /^\ufeff?WEBVTT/.test(text) : /^\ufeff?\s*\d+\r?\n\d+:\d\d/.test(text)
  return fits ? { path, language, format } : null
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
