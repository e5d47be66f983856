import type { HttpApp } from '../http-app.ts'
import type { HttpMetrics } from '../metrics/http-metrics.ts'

/** GET /metrics: for Prometheus. Labels are route patterns and states, never ids or titles. */
export function metricsRoutes(app: HttpApp, metrics: HttpMetrics): void {
  app.get('/metrics', async (_request, reply) => {
    return reply.type(metrics.contentType).send(await metrics.text())
  })
}
