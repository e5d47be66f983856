import type { DownloadRequest } from '#domain/download.ts'
import type { JobId } from '#domain/ids.ts'
import { isJobOf, type JobState } from '#domain/job-queue.ts'
import type { Core } from './compose.ts'

const MAY_GO_ON: readonly JobState[] = ['waiting', 'running', 'paused', 'failed']

/** Puts a download into the queue; the same request that has not come to its end goes on instead. */
export async function orderDownload(
  request: DownloadRequest,
  { ports: { jobs } }: Pick<Core, 'ports'>,
): Promise<JobId> {
  const wished = JSON.stringify(request)
  const listed = await jobs.list({ name: 'download', states: MAY_GO_ON })
  const same = listed.find((job) => isJobOf('download', job) && JSON.stringify(job.payload.request) === wished)
  if (!same) return (await jobs.add('download', { request })).id
  if (same.state !== 'running') await jobs.retry(same.id)
  return same.id
}
