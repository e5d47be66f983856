import type { DownloadRequest } from '#domain/download.ts'
import type { JobId } from '#domain/ids.ts'
import { NotFoundError } from '#domain/errors.ts'
import { isJobOf, type Job, type JobQueue, type JobState } from '#domain/job-queue.ts'
import { finishDownload } from '#features/downloads/finish-download.ts'
import { videoIfThere } from '#features/library/register-recording.ts'
import type { Core } from './compose.ts'

const MAY_GO_ON: readonly JobState[] = ['waiting', 'running', 'paused', 'failed']

type OrderPorts = Pick<Core, 'ports'>

/**
 * Puts a download into the queue; the same request that has not come to its end goes on instead, with gaps allowed or not as
 * is said now. An entry of a list was ordered by the list: it may have ended before anybody asks for it here.
 */
export async function orderDownload(
  request: DownloadRequest,
  { ports: { jobs, catalog } }: OrderPorts,
): Promise<JobId> {
  const states = request.ofList ? [...MAY_GO_ON, 'done' as const] : MAY_GO_ON
  const equal = await equalOrders(request, states, jobs)
  const ended = equal.find(({ state }) => state === 'done')
  if (ended && (await hasVideo(ended, catalog))) return ended.id
  const same = equal.find(({ state }) => state !== 'done')
  if (!same) return (await jobs.add('download', { request })).id
  if (same.state !== 'running') await jobs.retry(same.id, { payload: { request } })
  return same.id
}

/** Ends what was ordered so with what there is of it. Rejects with NotFoundError, and like `finishDownload`. */
export async function finishOrdered(
  request: DownloadRequest,
  { ports: { jobs, recordings } }: OrderPorts,
): Promise<JobId> {
  const [same] = await equalOrders(request, MAY_GO_ON, jobs)
  if (!same) {
    throw new NotFoundError('No download of this address has been begun and not ended.', {
      fix: 'Give the options that it was begun with.',
    })
  }
  await finishDownload(same.id, { jobs, recordings })
  return same.id
}

/** Newest first. */
async function equalOrders(request: DownloadRequest, states: readonly JobState[], jobs: JobQueue) {
  const wished = textOf(request)
  const listed = (await jobs.list({ name: 'download', states })).filter((job) => isJobOf('download', job))
  return listed.filter(({ payload }) => textOf(payload.request) === wished)
}

/** Whether gaps are allowed makes no other download of it. */
function textOf(request: DownloadRequest): string {
  return JSON.stringify({ ...request, allowGaps: false })
}

async function hasVideo({ result }: Job<'download'>, catalog: Core['ports']['catalog']): Promise<boolean> {
  return result?.videoId != null && (await videoIfThere(result.videoId, catalog)) !== null
}
