import type { DownloadRequest } from '#domain/download.ts'
import type { JobId } from '#domain/ids.ts'
import { isJobOf, type Job, type JobState } from '#domain/job-queue.ts'
import { videoIfThere } from '#features/library/register-recording.ts'
import type { Core } from './compose.ts'

const MAY_GO_ON: readonly JobState[] = ['waiting', 'running', 'paused', 'failed']

/**
 * Puts a download into the queue; the same request that has not come to its end goes on instead. An entry of a list was
 * ordered by the list: it may have ended before anybody asks for it here.
 */
export async function orderDownload(
  request: DownloadRequest,
  { ports: { jobs, catalog } }: Pick<Core, 'ports'>,
): Promise<JobId> {
  const wished = JSON.stringify(request)
  const states = request.ofList ? [...MAY_GO_ON, 'done' as const] : MAY_GO_ON
  const listed = (await jobs.list({ name: 'download', states })).filter((job) => isJobOf('download', job))
  const equal = listed.filter(({ payload }) => JSON.stringify(payload.request) === wished)
  const ended = equal.find(({ state }) => state === 'done')
  if (ended && (await hasVideo(ended, catalog))) return ended.id
  const same = equal.find(({ state }) => state !== 'done')
  if (!same) return (await jobs.add('download', { request })).id
  if (same.state !== 'running') await jobs.retry(same.id)
  return same.id
}

async function hasVideo({ result }: Job<'download'>, catalog: Core['ports']['catalog']): Promise<boolean> {
  return result?.videoId != null && (await videoIfThere(result.videoId, catalog)) !== null
}
