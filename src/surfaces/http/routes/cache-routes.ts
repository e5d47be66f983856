import { z } from 'zod'
import type { VideoId as DomainVideoId } from '#domain/ids.ts'
import type { CacheFigures } from '#features/playback/cache-control.ts'
import { CacheCleared, CacheStats } from '../contract/status.ts'
import { VideoId } from '../contract/video.ts'
import type { HttpApp } from '../http-app.ts'
import type { HttpPorts } from '../http-ports.ts'

/** /cache: how well the segment cache does, and emptying it. */
export function cacheRoutes(app: HttpApp, { cache }: Pick<HttpPorts, 'cache'>): void {
  app.get('/cache/stats', { schema: { response: { 200: CacheStats } } }, async () => presentCache(cache.stats()))
  app.post(
    '/cache/clear',
    { schema: { querystring: z.object({ video_id: VideoId.optional() }), response: { 200: CacheCleared } } },
    async ({ query }) => cache.clear(query.video_id as DomainVideoId | undefined),
  )
}

export function presentCache(figures: CacheFigures): CacheStats {
  const asked = figures.hits + figures.misses
  return { ...figures, hitRate: asked === 0 ? 0 : figures.hits / asked, tiers: [...figures.tiers] }
}
