import type { VideoId } from './ids.ts'
import type { Job } from './job-queue.ts'

/** The video that a job is about, as far as it is known; null for a download that fills none (yet). */
export function videoOfJob({ payload, progress, result }: Job): VideoId | null {
  if ('videoId' in payload) return payload.videoId
  return result?.videoId ?? progress?.videoId ?? null
}
