import { ConflictError, JobNotFoundError } from '#domain/errors.ts'
import type { JobId } from '#domain/ids.ts'
import { isJobOf, type Job, type JobQueue } from '#domain/job-queue.ts'
import type { Recordings } from '#domain/recording.ts'

interface RetryPorts {
  readonly jobs: Pick<JobQueue, 'job' | 'retry'>
  readonly recordings: Pick<Recordings, 'peek'>
}

/**
 * Lets a download go on with what it has recorded, now with gaps allowed if that is said. Of one that ended with gaps the
 * missing segments are asked for once more, as long as its recording is there and nothing but a file was made of it. Rejects
 * like `JobQueue.retry`, and with ConflictError, in words for people, where no gap can be filled any more.
 */
export async function retryDownload(
  id: JobId,
  { allowGaps = false }: { readonly allowGaps?: boolean },
  { jobs, recordings }: RetryPorts,
): Promise<void> {
  const job = await jobs.job(id)
  if (!isJobOf('download', job)) throw new JobNotFoundError(`There is no download ${id}.`)
  if (allowGaps && job.state === 'running') {
    throw new ConflictError('This download is running, with what it was ordered with.', {
      fix: 'Pause it first, or wait until it fails.',
    })
  }
  const done = job.state === 'done'
  if (done) await requireFillable(job, recordings)
  const payload = { request: { ...job.payload.request, allowGaps: true } }
  await jobs.retry(id, { done, ...(allowGaps && { payload }) })
}

const ANEW = 'Order the address anew if it may be there by now.'

async function requireFillable({ id, result }: Job<'download'>, recordings: RetryPorts['recordings']): Promise<void> {
  if (result?.state !== 'gaps') throw new ConflictError('Nothing is missing in this download.', { why: 'It is done.' })
  if (result.videoId !== null) {
    throw new ConflictError('What is missing cannot be put into the video any more.', {
      why: 'The video was cut as the stream was recorded, and the recording goes when it is ready.',
      fix: ANEW,
    })
  }
  const recorded = await recordings.peek(id)
  if (recorded?.head.live) {
    throw new ConflictError('What is missing cannot be had any more.', {
      why: 'It was a live stream: nobody gives again what has passed.',
    })
  }
  if (recorded === null) {
    throw new ConflictError('What is missing cannot be put into the file any more.', {
      why: 'The recording that it was made of has been removed.',
      fix: ANEW,
    })
  }
}
