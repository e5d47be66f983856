import { ConflictError } from '#domain/errors.ts'
import type { JobId } from '#domain/ids.ts'
import type { JobQueue, JobState } from '#domain/job-queue.ts'
import type { Recordings } from '#domain/recording.ts'

const STANDS: readonly JobState[] = ['waiting', 'paused', 'failed']

/**
 * Lets a download end with what there is of it: one that runs stops asking for more, one that stands still becomes what was
 * recorded. Rejects like `JobQueue.finish`, and with ConflictError for one that stands still with nothing recorded.
 */
export async function finishDownload(
  id: JobId,
  {
    jobs,
    recordings,
  }: { readonly jobs: Pick<JobQueue, 'job' | 'finish'>; readonly recordings: Pick<Recordings, 'peek'> },
): Promise<void> {
  const { state } = await jobs.job(id)
  if (STANDS.includes(state) && !(await recordings.peek(id))?.hasMedia) {
    throw new ConflictError('There is nothing yet that this download could be ended with.', {
      why: 'Only of streams (HLS) a part is of use, and nothing of a stream is recorded here.',
      fix: state === 'failed' ? 'Retry it, or remove it.' : 'Let it go on, or cancel it.',
    })
  }
  await jobs.finish(id)
}
