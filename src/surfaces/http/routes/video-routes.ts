import { z } from 'zod'
import type { VideoId as DomainVideoId } from '#domain/ids.ts'
import {
  SubtitleAdded,
  SubtitleUploadQuery,
  VideoChange,
  VideoListQuery,
  VideoStarted,
} from '../contract/video-requests.ts'
import { TrackName, VideoDetails, VideoId, VideoList } from '../contract/video.ts'
import type { HttpApp } from '../http-app.ts'
import type { HttpPorts } from '../http-ports.ts'
import type { LinkMaker } from '../links.ts'
import { presentVideoDetails, presentVideoList, statesShownAs } from '../present/present-video.ts'

const Id = z.object({ id: VideoId })
const MAX_SUBTITLE_BYTES = 10 * 1024 * 1024

/** /api/videos: what there is, and what can be done with it. */
export function videoRoutes(app: HttpApp, ports: HttpPorts, links: () => LinkMaker): void {
  const { library } = ports
  const details = (id: string) => presentVideoDetails(id as DomainVideoId, links().linksOf(id), ports)

  app.get(
    '/api/videos',
    { schema: { querystring: VideoListQuery, response: { 200: VideoList } } },
    async ({ query: { text, state, sort, order, offset, limit } }) => {
      const descending = order ? order === 'desc' : sort !== 'title'
      const states = statesShownAs(state)
      return await presentVideoList({ ...(text && { text }), states, sort, descending, offset, limit }, ports)
    },
  )
  app.post('/api/videos/demo', { schema: { response: { 202: VideoStarted } } }, async (_request, reply) => {
    return reply.code(202).send(await library.addDemo())
  })
  app.get('/api/videos/:id', { schema: { params: Id, response: { 200: VideoDetails } } }, async ({ params }) => {
    return await details(params.id)
  })
  app.patch(
    '/api/videos/:id',
    { schema: { params: Id, body: VideoChange, response: { 200: VideoDetails } } },
    async ({ params, body }) => {
      await library.rename(params.id as DomainVideoId, body.title)
      return await details(params.id)
    },
  )
  app.delete('/api/videos/:id', { schema: { params: Id } }, async ({ params }, reply) => {
    await library.remove(params.id as DomainVideoId)
    return reply.code(204).send()
  })
  app.post(
    '/api/videos/:id/retry',
    { schema: { params: Id, response: { 202: VideoStarted } } },
    async ({ params }, reply) => {
      await library.retry(params.id as DomainVideoId)
      return reply.code(202).send({ videoId: params.id })
    },
  )
  subtitleRoutes(app, ports)
}

function subtitleRoutes(app: HttpApp, { library }: HttpPorts): void {
  app.post(
    '/api/videos/:id/subtitles',
    {
      bodyLimit: MAX_SUBTITLE_BYTES,
      schema: {
        params: Id,
        querystring: SubtitleUploadQuery,
        body: z.instanceof(Buffer),
        response: { 201: SubtitleAdded },
      },
    },
    async ({ params, query, body }, reply) => {
      const { name, language, title, default: isDefault, forced, hearingImpaired } = query
      const file = {
        name,
        bytes: body,
        ...(language !== undefined && { language }),
        ...(title !== undefined && { title }),
        ...(isDefault !== undefined && { isDefault }),
        ...(forced !== undefined && { forced }),
        ...(hearingImpaired !== undefined && { hearingImpaired }),
      }
      return reply.code(201).send(await library.addSubtitle(params.id as DomainVideoId, file))
    },
  )
  app.delete(
    '/api/videos/:id/subtitles/:track',
    { schema: { params: Id.extend({ track: TrackName }) } },
    async ({ params }, reply) => {
      await library.removeSubtitle(params.id as DomainVideoId, params.track)
      return reply.code(204).send()
    },
  )
}
