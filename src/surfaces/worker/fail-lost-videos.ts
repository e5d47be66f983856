import type { Catalog } from '#domain/catalog.ts'
import { ToolFailedError } from '#domain/errors.ts'
import type { Events, ProductEvent } from '#domain/events.ts'
import type { JobName } from '#domain/job-queue.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import { failVideo } from '#features/library/fail-video.ts'

const INGESTS: ReadonlySet<JobName> = new Set(['ingest-video', 'ingest-recording'])

/**
 * What to do when a job has taken its worker down too often: its handler was never asked, so the video is marked here.
 * To be called for every event.
 */
export function failLostVideos({ catalog, events }: { readonly catalog: Catalog; readonly events: Events }) {
  return (event: ProductEvent): void => {
    if (event.kind !== 'job-changed') return
    const { name, state, failure } = event.job
    const videoId = videoOfJob(event.job)
    if (!INGESTS.has(name) || videoId === null || state !== 'failed' || failure?.code !== 'worker-lost') return
    const error = new ToolFailedError('Preparing this video ended the whole program again and again.', {
      fix: 'Look into the log; then try again or upload another version of the file.',
    })
    void failVideo(videoId, error, catalog).then(() => {
      events.emit({ kind: 'video-changed', videoId })
    })
  }
}
