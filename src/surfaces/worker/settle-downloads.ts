import type { Events, ProductEvent } from '#domain/events.ts'
import type { JobId } from '#domain/ids.ts'
import type { Job } from '#domain/job-queue.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import { type DeletePorts, requestDelete } from '#features/library/delete-video.ts'
import { videoIfThere } from '#features/library/register-recording.ts'
import { goOnWithRecording, isOther, settleDownload } from '#features/library/settle-download.ts'

export interface SettlePorts extends DeletePorts {
  readonly events: Events
  /** Everything that lies on disk for this download. */
  removeFiles(id: JobId): Promise<void>
}

/**
 * What follows when a download ends other than well: the video that it was filling fails with it, to go on when the download
 * is tried again; of a paused one waits for nothing; of a cancelled download nothing stays. To be called for every event.
 */
export function settleDownloads(ports: SettlePorts) {
  return (event: ProductEvent): void => {
    if (event.kind !== 'job-changed') return
    void settle(event.job, ports).catch((error: unknown) => {
      const message = 'What a download left could not be put in order.'
      ports.events.emit({ kind: 'note', level: 'warn', message, fields: { jobId: event.job.id, error } })
    })
  }
}

async function settle(job: Job, ports: SettlePorts): Promise<void> {
  if (job.name === 'download') return settleEnded(job, ports)
  const videoId = videoOfJob(job)
  if (job.name === 'ingest-recording' && job.state === 'cancelled' && videoId) await goOnWithRecording(videoId, ports)
}

async function settleEnded(job: Job, ports: SettlePorts): Promise<void> {
  const videoId = videoOfJob(job)
  if (videoId !== null) await settleDownload(job, videoId, ports)
  if (job.state !== 'cancelled' || (await isOther('cancelled', job.id, ports.jobs))) return
  const video = videoId === null ? null : await videoIfThere(videoId, ports.catalog)
  if (video !== null && video.state !== 'ready') await requestDelete(video.id, ports)
  await ports.removeFiles(job.id)
}
