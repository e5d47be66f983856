import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Attachment, Slice } from '#domain/video.ts'
import type { Playback } from '#features/playback/playback.ts'
import { sendRepresentation } from './send-representation.ts'

/** Answers with an attachment as it is stored. */
export async function sendAttachment(
  request: IncomingMessage,
  response: ServerResponse,
  { slices, byteLength }: Attachment,
  headers: Readonly<Record<string, string>>,
  playback: Playback,
): Promise<void> {
  const representation = { etag: etagOf(slices), byteLength, headers }
  await sendRepresentation(request, response, representation, (range, signal) =>
    playback.slices.read(slices, { range, signal, alone: true }),
  )
}

/** A strong tag: the SHA-256 of the bytes; of the SHA-256s, when they lie in several packs. */
export function etagOf(slices: readonly Slice[]): string {
  const [only, more] = slices
  if (only && !more) return `"${only.sha256}"`
  const hash = createHash('sha256')
  for (const { sha256 } of slices) hash.update(sha256)
  return `"${hash.digest('hex')}"`
}
