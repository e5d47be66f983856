import { availableParallelism } from 'node:os'
import { DEBUG_PATH } from '../contract/addresses.ts'
import { Debug } from '../contract/debug.ts'
import type { HttpApp } from '../http-app.ts'
import type { HttpParts } from '../http-parts.ts'
import { statusOf, type StatusParts } from './status-routes.ts'

/** Jobs looked at; the newest. */
const MAX_JOBS = 50

type DebugParts = StatusParts & Pick<HttpParts, 'guard' | 'feed'>

/** GET /debug: all that a report of a fault needs, with nothing secret in it. */
export function debugRoutes(app: HttpApp, parts: DebugParts): void {
  app.get(DEBUG_PATH, { schema: { response: { 200: Debug } } }, async (_request, reply) => {
    const debug = redacted(await debugOf(parts), parts.ports.diagnostics.redact)
    return reply.header('cache-control', 'no-store').send(debug as Debug)
  })
}

async function debugOf({ ports, guard, feed, ...parts }: DebugParts): Promise<Debug> {
  const { rss, heapUsed, heapTotal } = process.memoryUsage()
  const { diagnostics, jobs, storeCalls } = ports
  const failed = await jobs.list({ states: ['failed'], limit: MAX_JOBS })
  return {
    takenAt: new Date().toISOString(),
    program: {
      version: parts.config.version,
      node: process.version,
      platform: process.platform,
      arch: process.arch,
      processors: availableParallelism(),
      uptimeSec: Math.round(process.uptime()),
    },
    memory: { residentBytes: rss, heapUsedBytes: heapUsed, heapBytes: heapTotal },
    settings: diagnostics.settings().map((row) => ({ ...row, problem: row.problem ?? null })),
    status: await statusOf({ ports, ...parts }),
    http: { connections: guard().connections, cutConnections: guard().cutConnections, feeds: feed.readers },
    storeCalls: storeCalls.figures().map((each) => ({ ...each })),
    failedJobs: failed.flatMap(({ name, attempts, failure, updatedAt }) =>
      failure ? [{ name, attempts, ...failure, updatedAt: updatedAt.toISOString() }] : [],
    ),
    notes: diagnostics.notes().map((note) => ({ ...note })),
  }
}

/** Every text in it, at any depth. */
function redacted(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((each) => redacted(each, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, redacted(each, redact)]))
}
