import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { TelegramError } from './api-error.ts'
import type { DownloadedFile } from './download-file.ts'

/** A file that a Bot API server with `--local` put on a disk we see too; null when we do not see it. */
export async function openLocalFile(
  path: string,
  offset: number,
  onBytes: (byteLength: number) => void,
): Promise<DownloadedFile | null> {
  const byteLength = await stat(path).then(
    (found) => found.size,
    () => null,
  )
  if (byteLength === null) return null
  return { status: offset > 0 ? 206 : 200, offset, byteLength, bytes: bytesOf(path, offset, onBytes) }
}

async function* bytesOf(path: string, start: number, onBytes: (length: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { start, highWaterMark: 262_144 }) as AsyncIterable<Buffer>) {
    onBytes(chunk.byteLength)
    yield chunk
  }
}

/** Neither on a disk of this computer nor over HTTP: such a server has no route for files (telegram.md §2). */
export function unseenLocalFile(call: string, error: unknown): unknown {
  if (!(error instanceof TelegramError && error.kind === 'stale-file')) return error
  return new TelegramError(`${call}: the file lies on the disk of the Bot API server, where it cannot be read`, {
    kind: 'refused',
    sent: 'no',
    status: error.status,
    fix: 'Mount the folder of the Bot API server under the same path here, or run that server without --local behind a web server for its files.',
  })
}
