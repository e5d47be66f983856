import { ProductError } from '#domain/errors.ts'
import type { Events, ProductEvent } from '#domain/events.ts'
import type { JobId } from '#domain/ids.ts'
import type { Job } from '#domain/job-queue.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import { type DeletePorts, requestDelete } from '#features/library/delete-video.ts'
import { failVideo } from '#features/library/fail-video.ts'
import { videoIfThere } from '#features/library/register-recording.ts'

export interface SettlePorts extends DeletePorts {
  readonly events: Events
  /** Everything that lies on disk for this download. */
  removeFiles(id: JobId): Promise<void>
}

/**
 * What follows when a download ends other than well: the video that it was filling fails with it, to go on when the download
 * is tried again; of a cancelled download nothing stays. To be called for every event.
 */
export function settleDownloads(ports: SettlePorts) {
  return (event: ProductEvent): void => {
    if (event.kind !== 'job-changed' || event.job.name !== 'download') return
    void settle(event.job, ports).catch((error: unknown) => {
      const message = 'What a download left could not be put in order.'
      ports.events.emit({ kind: 'note', level: 'warn', message, fields: { jobId: event.job.id, error } })
    })
  }
}

async function settle(job: Job, ports: SettlePorts): Promise<void> {
  const videoId = videoOfJob(job)
  const video = videoId === null ? null : await videoIfThere(videoId, ports.catalog)
  const isUnfinished = video !== null && video.state !== 'ready'
  if (job.state === 'failed' && isUnfinished) {
    await stopIngest(job, ports)
    await failVideo(video.id, new DownloadFailedError(job.failure), ports.catalog)
    ports.events.emit({ kind: 'video-changed', videoId: video.id })
  }
  if (job.state !== 'cancelled') return
  if (isUnfinished) await requestDelete(video.id, ports)
  await ports.removeFiles(job.id)
}

async function stopIngest(download: Job, { jobs }: SettlePorts): Promise<void> {
  const alive = await jobs.list({ name: 'ingest-recording', states: ['waiting', 'running'] })
  for (const job of alive) if (videoOfJob(job) === videoOfJob(download)) await jobs.cancel(job.id)
}

/** Why the video is not whole, in the words of the download. */
class DownloadFailedError extends ProductError {
  readonly code: string

  constructor(failure: Job['failure']) {
    super(failure?.message ?? 'The download failed.', { fix: 'Try the download again: it goes on where it was.' })
    this.code = failure?.code ?? 'failed'
  }
}
