import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { assertAllowed } from '../auth/assert-allowed.ts'
import type { HttpParts } from '../http-parts.ts'
import { sendProblem } from '../send-problem.ts'
import { SAFE_HEADERS } from './media-headers.ts'
import { type FoundRoute, MediaRouter } from './media-router.ts'
import { playlistRoutes } from './serve-playlist.ts'
import { posterRoute } from './serve-poster.ts'
import { segmentRoute } from './serve-segment.ts'
import { strmRoute } from './serve-strm.ts'
import { subtitleRoutes } from './serve-subtitle.ts'

/** Answers media requests and says so; false leaves the request to others. Throws when a route has no policy. */
export function mediaListener({ config, ports, links, metrics, proxies }: HttpParts) {
  const { playback, events } = ports
  const router = new MediaRouter([
    ...playlistRoutes(playback),
    segmentRoute(playback, proxies),
    ...subtitleRoutes(playback),
    posterRoute(playback),
    strmRoute(playback, links),
  ])
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const route = router.find(request.url ?? '')
    if (!route) return false
    metrics.watch(response, route.pattern)
    void serve(route, request, response).catch((error) =>
      sendProblem(response, error, { requestId: randomUUID(), events, headers: SAFE_HEADERS }),
    )
    return true
  }

  async function serve(route: FoundRoute, request: IncomingMessage, response: ServerResponse): Promise<void> {
    assertAllowed(request, route.access, config)
    await route.serve(request, response)
  }
}
