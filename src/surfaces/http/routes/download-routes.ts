import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ConflictError, JobNotFoundError, NotFoundError } from '#domain/errors.ts'
import { hasEnded } from '#domain/has-ended.ts'
import type { JobId as DomainJobId } from '#domain/ids.ts'
import { isJobOf, type Job } from '#domain/job-queue.ts'
import {
  COOKIE_FILES_PATH,
  DOWNLOAD_PATH,
  DOWNLOADS_PATH,
  downloadStatusPath,
  LINK_INFO_PATH,
} from '../contract/addresses.ts'
import {
  CookieFileList,
  Download,
  DownloadChange,
  DownloadCount,
  DownloadList,
  DownloadLog,
  DownloadOrder,
  DownloadRetry,
  DownloadStarted,
  LinkInfo,
  LinkQuestion,
} from '../contract/download.ts'
import { JobId } from '../contract/job.ts'
import type { HttpApp } from '../http-app.ts'
import type { RouteRates } from '../http-config.ts'
import type { DownloadActions, HttpPorts } from '../http-ports.ts'
import { callLimit } from '../limits/call-limit.ts'
import { presentDownload } from '../present/present-download.ts'
import { presentLink } from '../present/present-link.ts'
import { sendProblem } from '../send-problem.ts'
import { assertAddress, downloadRequestOf, identityOf } from './download-request-of.ts'
import { sendDiskFile } from './send-disk-file.ts'

interface DownloadParts {
  readonly jobs: HttpPorts['jobs']
  readonly downloads: DownloadActions
  readonly rates: RouteRates
  readonly events: HttpPorts['events']
}

const Id = z.object({ id: JobId })
const NumberedFile = z.object({ id: JobId, number: z.coerce.number().int().min(0) })
/** All that the queue remembers, and those that have not ended. */
const MAX_LISTED = 1000

/** /api/video-info and /api/download…: from an address into the library. */
export function downloadRoutes(app: HttpApp, parts: DownloadParts): void {
  beginningRoutes(app, parts)
  listRoutes(app, parts)
  actionRoutes(app, parts)
  detailRoutes(app, parts)
}

function beginningRoutes(app: HttpApp, { downloads, rates }: DownloadParts): void {
  app.post(
    LINK_INFO_PATH,
    {
      onRequest: callLimit(rates.info, { name: 'info', words: 'questions' }),
      schema: { body: LinkQuestion, response: { 200: LinkInfo } },
    },
    async ({ body }, reply) => {
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const question = { url: assertAddress(body.url), identity: identityOf(body.identity) }
      return reply.header('cache-control', 'no-store').send(presentLink(await downloads.info(question, gone.signal)))
    },
  )
  app.post(
    DOWNLOAD_PATH,
    {
      onRequest: callLimit(rates.download, { name: 'download', words: 'downloads' }),
      schema: { body: DownloadOrder, response: { 202: DownloadStarted } },
    },
    async ({ body }, reply) => {
      const { id } = await downloads.start(downloadRequestOf(body), { priority: body.priority })
      return reply.code(202).header('location', downloadStatusPath(id)).send({ jobId: id })
    },
  )
}

function listRoutes(app: HttpApp, { jobs, downloads }: DownloadParts): void {
  const all = async () => {
    const listed = await jobs.list({ name: 'download', limit: MAX_LISTED })
    return listed.filter((job) => isJobOf('download', job))
  }
  app.get(COOKIE_FILES_PATH, { schema: { response: { 200: CookieFileList } } }, async () => {
    const files = await downloads.cookieFiles()
    return { files: files.map((file) => ({ ...file, domains: [...file.domains] })) }
  })
  app.get(DOWNLOADS_PATH, { schema: { response: { 200: DownloadList } } }, async () => {
    return { downloads: (await all()).map(presentDownload) }
  })
  app.delete(DOWNLOADS_PATH, { schema: { response: { 200: DownloadCount } } }, async () => {
    const ended = (await all()).filter(({ state }) => state !== 'paused' && hasEnded({ state }))
    return { count: await countDone(ended, ({ id }) => downloads.remove(id)) }
  })
  app.post(`${DOWNLOADS_PATH}/retry-failed`, { schema: { response: { 200: DownloadCount } } }, async () => {
    const failed = (await all()).filter(({ state }) => state === 'failed')
    return { count: await countDone(failed, ({ id }) => jobs.retry(id)) }
  })
}

/** Somebody else may have done it in between: then it is theirs to count. */
async function countDone(listed: readonly Job[], act: (job: Job) => Promise<void>): Promise<number> {
  let count = 0
  for (const job of listed) {
    try {
      await act(job)
      count++
    } catch (error) {
      if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error
    }
  }
  return count
}

function actionRoutes(app: HttpApp, { jobs, downloads }: DownloadParts): void {
  const actions = {
    pause: (id: DomainJobId) => jobs.pause(id),
    resume: (id: DomainJobId) => jobs.retry(id),
    finish: (id: DomainJobId) => downloads.finish(id),
    cancel: (id: DomainJobId) => jobs.cancel(id),
  }
  for (const [action, act] of Object.entries(actions)) {
    app.post(`${DOWNLOADS_PATH}/:id/${action}`, { schema: { params: Id } }, async ({ params }, reply) => {
      await act((await download(params.id, jobs)).id)
      return reply.code(204).send()
    })
  }
  const retrying = { params: Id, body: DownloadRetry.nullish() }
  app.post(`${DOWNLOADS_PATH}/:id/retry`, { schema: retrying }, async ({ params, body }, reply) => {
    const { id } = await download(params.id, jobs)
    await downloads.retry(id, body?.allowGaps ? { allowGaps: true } : {})
    return reply.code(204).send()
  })
  app.patch(
    `${DOWNLOADS_PATH}/:id`,
    { schema: { params: Id, body: DownloadChange, response: { 200: Download } } },
    async ({ params, body }) => {
      const { id } = await download(params.id, jobs)
      await jobs.setPriority(id, body.priority)
      return presentDownload(await download(params.id, jobs))
    },
  )
  app.delete(`${DOWNLOADS_PATH}/:id`, { schema: { params: Id } }, async ({ params }, reply) => {
    const { id, state } = await download(params.id, jobs)
    if (state === 'paused' || !hasEnded({ state }))
      throw new ConflictError('The download has not ended.', { fix: 'Cancel it first.' })
    await downloads.remove(id)
    return reply.code(204).send()
  })
}

function detailRoutes(app: HttpApp, { jobs, downloads, events }: DownloadParts): void {
  app.get('/api/download-status/:id', { schema: { params: Id, response: { 200: Download } } }, async ({ params }) => {
    return presentDownload(await download(params.id, jobs))
  })
  app.get(
    `${DOWNLOADS_PATH}/:id/log`,
    {
      schema: {
        params: Id,
        querystring: z.object({ after: z.coerce.number().int().min(0).default(0) }),
        response: { 200: DownloadLog },
      },
    },
    async ({ params, query }) => {
      const { id } = await download(params.id, jobs)
      const lines = await downloads.log(id, query.after)
      return { lines: lines.map(({ at, ...line }) => ({ ...line, at: at.toISOString() })) }
    },
  )
  const send = async ({ raw, id }: FastifyRequest, reply: FastifyReply, file: Parameters<typeof sendDiskFile>[2]) => {
    reply.hijack()
    await sendDiskFile(raw, reply.raw, file).catch((error) => sendProblem(reply.raw, error, { requestId: id, events }))
  }
  app.get(`${DOWNLOADS_PATH}/:id/file`, { schema: { params: Id } }, async (request, reply) => {
    const { result } = await download(request.params.id, jobs)
    if (!result?.path) throw new NotFoundError('This download has no file.')
    await send(request, reply, { path: result.path, sha256: result.sha256 })
  })
  app.get(`${DOWNLOADS_PATH}/:id/subtitles/:number`, { schema: { params: NumberedFile } }, async (request, reply) => {
    const { result } = await download(request.params.id, jobs)
    const path = result?.beside?.[request.params.number]
    if (path === undefined) throw new NotFoundError('This download has no such subtitles.')
    await send(request, reply, { path, sha256: null })
  })
}

/** Rejects with JobNotFoundError, also for jobs that are no downloads. */
async function download(id: string, jobs: Pick<HttpPorts['jobs'], 'job'>): Promise<Job<'download'>> {
  const job = await jobs.job(id as DomainJobId)
  if (!isJobOf('download', job)) throw new JobNotFoundError(`There is no download ${id}.`)
  return job
}
