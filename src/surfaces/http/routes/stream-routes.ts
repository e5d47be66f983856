import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { VideoId as DomainVideoId } from '#domain/ids.ts'
import type { PlayableVideo } from '#features/playback/playable-video.ts'
import type { Playback } from '#features/playback/playback.ts'
import { readWholeFile, type WholeFile, wholeFileOf } from '#features/playback/whole-file.ts'
import { contentDisposition } from '#lib/file-name/content-disposition.ts'
import type { TrustedProxies } from '../auth/trusted-proxies.ts'
import { VideoId } from '../contract/video.ts'
import type { HttpApp } from '../http-app.ts'
import type { HttpPorts } from '../http-ports.ts'
import { REVALIDATE, SAFE_HEADERS } from '../media/media-headers.ts'
import { type Representation, sendRepresentation } from '../media/send-representation.ts'
import { sendProblem } from '../send-problem.ts'

interface Streamed {
  readonly file: WholeFile
  readonly representation: Representation
}

/** `/api/stream/{id}`: a finished video as one file. */
export function streamRoutes(
  app: HttpApp,
  { playback, events }: Pick<HttpPorts, 'playback' | 'events'>,
  proxies: Pick<TrustedProxies, 'addressOf'>,
): void {
  const known = new WeakMap<PlayableVideo, Promise<Streamed>>()
  app.get('/api/stream/:id', { schema: { params: z.object({ id: VideoId }) } }, async ({ params, raw, id }, reply) => {
    const video = await playback.videos.get(params.id as DomainVideoId)
    const streamed = known.get(video) ?? streamedOf(video, playback)
    known.set(video, streamed)
    streamed.catch(() => known.delete(video))
    const found = await streamed
    reply.hijack()
    const viewer = `${proxies.addressOf(raw)} whole file`
    await send(raw, reply.raw, { video, viewer, ...found }, playback).catch((error) =>
      sendProblem(reply.raw, error, { requestId: id, events, headers: SAFE_HEADERS }),
    )
  })
}

async function streamedOf(video: PlayableVideo, { slices }: Playback): Promise<Streamed> {
  const file = await wholeFileOf(video, slices)
  const extension = file.mediaType === 'video/mp2t' ? 'ts' : file.mediaType === 'audio/mp4' ? 'm4a' : 'mp4'
  const headers = {
    ...SAFE_HEADERS,
    // As all media: players on any page may show it.
    'cross-origin-resource-policy': 'cross-origin',
    'content-type': file.mediaType,
    'content-disposition': contentDisposition('inline', `${video.video.title}.${extension}`),
    'cache-control': REVALIDATE,
  }
  return { file, representation: { etag: etagOf(file), byteLength: file.byteLength, headers } }
}

/** The head and the hashes of all that follows decide every byte. */
function etagOf({ head, parts }: WholeFile): string {
  const hash = createHash('sha256').update(head)
  for (const { segment } of parts) for (const { sha256 } of segment.slices) hash.update(sha256)
  return `"${hash.digest('hex')}"`
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { video, viewer, file, representation }: Streamed & { readonly video: PlayableVideo; readonly viewer: string },
  playback: Playback,
): Promise<void> {
  await sendRepresentation(request, response, representation, (range, signal) => {
    const onSegment: NonNullable<Parameters<typeof readWholeFile>[1]['onSegment']> = ({ track }, { index }) =>
      playback.viewing.saw(viewer, video, { trackName: track.name, index })
    return readWholeFile(file, { range, signal, onSegment }, playback.slices)
  })
}
