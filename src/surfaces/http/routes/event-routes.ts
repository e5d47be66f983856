import { EVENTS_PATH } from '../contract/addresses.ts'
import type { EventFeed } from '../feed/event-feed.ts'
import type { HttpApp } from '../http-app.ts'
import { RequestRefusedError } from '../request-refused-error.ts'

/** GET /api/events: the live feed. */
export function eventRoutes(app: HttpApp, feed: EventFeed, maxFeeds: number): void {
  app.get(EVENTS_PATH, { exposeHeadRoute: false }, (request, reply) => {
    if (feed.readers >= maxFeeds) {
      const headers = { 'retry-after': '30' }
      throw new RequestRefusedError('too-many', `${maxFeeds} pages listen already.`, { headers })
    }
    const lastEventId = request.headers['last-event-id']
    reply.hijack()
    feed.join(reply.raw, Array.isArray(lastEventId) ? lastEventId[0] : lastEventId)
  })
}
