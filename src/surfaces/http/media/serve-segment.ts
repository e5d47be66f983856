import type { IncomingMessage } from 'node:http'
import { SegmentNotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Segment } from '#domain/video.ts'
import { findSegment } from '#features/playback/find-segment.ts'
import type { PlayableVideo } from '#features/playback/playable-video.ts'
import type { Playback } from '#features/playback/playback.ts'
import { parseSegmentName, type SegmentName } from '#features/playback/segment-name.ts'
import type { TrustedProxies } from '../auth/trusted-proxies.ts'
import { IMMUTABLE, REVALIDATE, SAFE_HEADERS, WEBVTT_TYPE } from './media-headers.ts'
import { type MediaRoute, VIDEO_ID } from './media-route.ts'
import { prebuildText } from './prebuilt-text.ts'
import { etagOf } from './send-attachment.ts'
import { SegmentBody } from './segment-body.ts'
import { type Representation, sendRepresentation } from './send-representation.ts'

const HEADERS = {
  video: headersOf('video/mp4'),
  audio: headersOf('audio/mp4'),
  ts: headersOf('video/mp2t'),
}
/** Sessions remember it; anybody can send 16 KB. */
const MAX_PROGRAM_NAME = 160
/** Subtitles can be replaced under the same address. */
const WEBVTT_HEADERS = { ...SAFE_HEADERS, 'content-type': WEBVTT_TYPE, 'cache-control': REVALIDATE }

/** `/segment/{id}/{name}`: media and init segments as stored, subtitle segments cut when asked for. */
export function segmentRoute(playback: Playback, proxies: Pick<TrustedProxies, 'addressOf'>): MediaRoute {
  const representations = new WeakMap<Segment, Representation>()
  return {
    pattern: 'GET /segment/:id/:name',
    async serve(request, response, [id = '', text = '']) {
      const name = parseSegmentName(text)
      if (!name || !VIDEO_ID.test(id)) throw noSuch()
      const video = playback.videos.peek(id as VideoId) ?? (await playback.videos.get(id as VideoId))
      if (name.extension === 'vtt') {
        const built = await subtitleSegment(playback, video, name)
        return await sendRepresentation(request, response, built.representation, built.bytes)
      }
      const segment = findSegment(video, name)
      if (!segment) throw noSuch()
      if (request.method === 'GET') playback.viewing.saw(viewerOf(request, proxies), video, name)
      let representation = representations.get(segment)
      if (!representation) {
        representation = representationOf(segment, name)
        representations.set(segment, representation)
      }
      await sendRepresentation(request, response, representation, new SegmentBody(segment.slices, playback.slices))
    },
  }
}

/** Two players on one machine are told apart when they are different programs. */
function viewerOf(request: IncomingMessage, proxies: Pick<TrustedProxies, 'addressOf'>): string {
  return `${proxies.addressOf(request)} ${(request.headers['user-agent'] ?? '').slice(0, MAX_PROGRAM_NAME)}`
}

async function subtitleSegment(playback: Playback, video: PlayableVideo, { trackName, index }: SegmentName) {
  const text = await playback.subtitles.segment(video, trackName, index)
  if (text === null) throw noSuch()
  return (await prebuildText(text, WEBVTT_HEADERS, { compress: false })).identity
}

function representationOf({ slices, byteLength }: Segment, { trackName, extension }: SegmentName): Representation {
  const headers = extension === 'ts' ? HEADERS.ts : trackName.startsWith('a') ? HEADERS.audio : HEADERS.video
  return { etag: etagOf(slices), byteLength, headers }
}

function headersOf(mediaType: string): Readonly<Record<string, string>> {
  return { ...SAFE_HEADERS, 'content-type': mediaType, 'cache-control': IMMUTABLE }
}

function noSuch(): SegmentNotFoundError {
  return new SegmentNotFoundError('There is no such segment.')
}
