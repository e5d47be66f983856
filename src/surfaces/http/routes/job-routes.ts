import { z } from 'zod'
import type { JobId as DomainJobId } from '#domain/ids.ts'
import { JOBS_PATH } from '../contract/addresses.ts'
import { JobId, JobList, JobQuery } from '../contract/job.ts'
import type { HttpApp } from '../http-app.ts'
import type { HttpPorts } from '../http-ports.ts'
import { presentJob } from '../present/present-job.ts'

/** /api/jobs: the work in the background. */
export function jobRoutes(app: HttpApp, { jobs }: Pick<HttpPorts, 'jobs'>): void {
  app.get(JOBS_PATH, { schema: { querystring: JobQuery, response: { 200: JobList } } }, async ({ query }) => {
    const found = await jobs.list({ limit: query.limit, ...(query.state && { states: [query.state] }) })
    return { jobs: found.map(presentJob) }
  })
  app.post('/api/jobs/:id/cancel', { schema: { params: z.object({ id: JobId }) } }, async ({ params }, reply) => {
    await jobs.job(params.id as DomainJobId)
    await jobs.cancel(params.id as DomainJobId)
    return reply.code(204).send()
  })
}
