import { type Ask, playlist, refusal, resource } from '../answer.ts'
import type { Origin } from '../start-origin.ts'
import type { StreamTruth } from '../truth.ts'
import { writeStream } from '../write-stream.ts'
import { piecesOf } from './simple.ts'

export interface ExpiringOptions {
  readonly status?: 403 | 410
  readonly requestsPerToken?: number
  readonly folder?: string
}

/**
 * Each load of the playlist makes a new token, which is good for so many requests; then segments answer with `status` until the
 * playlist is loaded again.
 */
export async function expiringTokens(origin: Origin, options: ExpiringOptions = {}): Promise<StreamTruth> {
  const { status = 403, requestsPerToken = 3, folder = `/expiring-${status}/` } = options
  const tokens = new Map<string, number>()
  const guarded = (bytes: Buffer) => (ask: Ask) => {
    const token = ask.url.searchParams.get('token') ?? ''
    const left = tokens.get(token) ?? 0
    tokens.set(token, left - 1)
    return left > 0 ? resource(bytes, 'video/mp2t') : refusal(status)
  }
  const pieces = await piecesOf('ts')
  const written = writeStream(origin, pieces, { folder })
  for (const [index, { bytes }] of pieces.entries()) {
    origin.put(`${folder}segment-${index}.ts`, guarded(bytes))
  }
  const url = origin.put(`${folder}index.m3u8`, () => {
    const token = `t${tokens.size + 1}`
    tokens.set(token, requestsPerToken)
    return playlist(written.text.replaceAll(/^(segment-\d+\.ts)$/gm, `$1?token=${token}`))
  })
  return { url, renditions: { main: written.truth } }
}
