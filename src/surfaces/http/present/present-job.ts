import type { Job } from '#domain/job-queue.ts'
import type { Job as ShownJob } from '../contract/job.ts'

export function presentJob({
  id,
  name,
  payload,
  state,
  attempts,
  progress,
  failure,
  createdAt,
  updatedAt,
}: Job): ShownJob {
  return {
    id,
    name,
    videoId: payload.videoId,
    state,
    attempts,
    progress: progress && { ...progress },
    failure: failure && { code: failure.code, message: failure.message },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}
