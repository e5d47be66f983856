import type { Catalog } from '#domain/catalog.ts'
import { JobNotFoundError, ProductError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import type { Job, JobQueue, JobState } from '#domain/job-queue.ts'
import { downloadIdOf } from '#domain/recording.ts'
import type { VideoFailure, VideoState } from '#domain/video.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import { failVideo } from './fail-video.ts'
import { addRecordingJob, videoIfThere } from './register-recording.ts'

interface SettlePorts {
  readonly catalog: Catalog
  readonly jobs: JobQueue
  readonly events: Events
}

const STANDS_STILL: readonly JobState[] = ['failed', 'paused', 'cancelled']
/** One that waits begins the ingest itself when it runs. */
const GOES_ON: readonly JobState[] = ['running', 'done']
const UNFINISHED: readonly VideoState[] = ['queued', 'ingesting']

/**
 * A download that stands still holds nobody up: the ingest that waits for more of its recording ends, and begins again with
 * the download. The video of one that failed says so. To be called again does no harm.
 */
export async function settleDownload({ id, state, failure }: Job, videoId: VideoId, ports: SettlePorts): Promise<void> {
  const video = await videoIfThere(videoId, ports.catalog)
  if (!STANDS_STILL.includes(state) || video === null || video.state === 'ready') return
  // It may have been resumed meanwhile: then its ingest is wanted.
  if (await isOther(state, id, ports.jobs)) return
  await stopRecordingJob(videoId, ports.jobs)
  if (state !== 'failed' || isSame(video.failure, failure)) return
  await failVideo(videoId, new DownloadFailedError(failure), ports.catalog)
  ports.events.emit({ kind: 'video-changed', videoId })
}

/**
 * An ingest that was told to end with its download lets go a moment later, and no other can begin before. To be called then:
 * if the download went on meanwhile, or ended well, its video is wanted again.
 */
export async function goOnWithRecording(videoId: VideoId, { catalog, jobs }: SettlePorts): Promise<void> {
  const video = await videoIfThere(videoId, catalog)
  const source = video && UNFINISHED.includes(video.state) ? await catalog.source(videoId) : null
  if (!source) return
  const download = await downloadOf(source.path, jobs)
  if (download === null || GOES_ON.includes(download.state)) await addRecordingJob(videoId, jobs)
}

/** Whether the download failed for what its video had failed for: the video says it in more words. */
function isSame(ofVideo: VideoFailure | null, ofDownload: Job['failure']): boolean {
  if (ofVideo === null || ofDownload === null) return false
  return ofVideo.code === ofDownload.code && ofDownload.message.startsWith(ofVideo.message)
}

/** At start: what follows from how downloads ended, where a crash came in between. */
export async function settleLeftDownloads(ports: SettlePorts): Promise<void> {
  for (const ingest of await ports.jobs.list({ name: 'ingest-recording', states: ['waiting', 'running'] })) {
    const videoId = videoOfJob(ingest)
    const source = videoId && (await ports.catalog.source(videoId))
    const download = source && (await downloadOf(source.path, ports.jobs))
    if (download) await settleDownload(download, videoId, ports)
  }
}

/** The download whose recording lies there, when it stands still: it begins the ingest again when it goes on. */
export async function standingDownload(path: string, jobs: JobQueue): Promise<Job | null> {
  const download = await downloadOf(path, jobs)
  return download && STANDS_STILL.includes(download.state) ? download : null
}

async function downloadOf(path: string, jobs: JobQueue): Promise<Job | null> {
  const id = downloadIdOf(path)
  const job = id && (await jobIfThere(id as JobId, jobs))
  return job && job.name === 'download' ? job : null
}

/** Whether the job is in another state by now. */
export async function isOther(state: JobState, id: JobId, jobs: JobQueue): Promise<boolean> {
  const now = await jobIfThere(id, jobs)
  return now !== null && now.state !== state
}

async function stopRecordingJob(videoId: VideoId, jobs: JobQueue): Promise<void> {
  const alive = await jobs.list({ name: 'ingest-recording', states: ['waiting', 'running'] })
  for (const job of alive) if (videoOfJob(job) === videoId) await jobs.cancel(job.id)
}

async function jobIfThere(id: JobId, jobs: JobQueue): Promise<Job | null> {
  try {
    return await jobs.job(id)
  } catch (error) {
    if (error instanceof JobNotFoundError) return null
    throw error
  }
}

/** Why the video is not whole, in the words of the download. */
class DownloadFailedError extends ProductError {
  readonly code: string

  constructor(failure: Job['failure']) {
    super(failure?.message ?? 'The download failed.', { fix: 'Try the download again: it goes on where it was.' })
    this.code = failure?.code ?? 'failed'
  }
}
