import type { Job, JobProgress } from '#domain/job-queue.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import type { Job as ShownJob, JobProgress as ShownProgress } from '../contract/job.ts'

export function presentJob(job: Job): ShownJob {
  const { id, name, state, attempts, progress, failure, retryAt, createdAt, updatedAt } = job
  return {
    id,
    name,
    videoId: videoOfJob(job),
    state,
    attempts,
    progress: progress && presentProgress(progress),
    failure: failure && { code: failure.code, message: failure.message },
    retryAt: retryAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

/** Which video it fills and what it is called is shown beside the progress, not in it. */
export function presentProgress({ title: _title, videoId: _videoId, ...progress }: JobProgress): ShownProgress {
  return progress
}
