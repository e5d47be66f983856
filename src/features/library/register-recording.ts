import type { Catalog } from '#domain/catalog.ts'
import type { Events } from '#domain/events.ts'
import { VideoNotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { JobQueue } from '#domain/job-queue.ts'
import type { Video } from '#domain/video.ts'

export interface GrowingSource {
  readonly videoId: VideoId
  /** Of the recording. */
  readonly path: string
  readonly title: string
  readonly createdAt: Date
}

/**
 * Makes a recording that may still grow a queued video with its job. The same again goes on with a video that had failed; a
 * video that was deleted meanwhile is made anew.
 */
export async function registerRecording(
  { videoId, path, title, createdAt }: GrowingSource,
  { catalog, jobs, events }: { readonly catalog: Catalog; readonly jobs: JobQueue; readonly events: Events },
): Promise<void> {
  const source = { path, owned: true }
  await catalog.addVideo({ id: videoId, title, originalFilename: title, byteLength: 0, source, createdAt })
  const { state } = await catalog.video(videoId)
  if (state === 'ready') return
  if (state === 'failed') await catalog.updateVideo(videoId, { state: 'queued', failure: null })
  await addRecordingJob(videoId, jobs)
  events.emit({ kind: 'video-changed', videoId })
}

/** At most one waits or runs per video. */
export async function addRecordingJob(videoId: VideoId, jobs: JobQueue): Promise<void> {
  await jobs.add('ingest-recording', { videoId }, { dedupeKey: `ingest ${videoId}`, priority: RECORDING_PRIORITY })
}

/** Its download runs already, and somebody may want to watch. */
const RECORDING_PRIORITY = 5

/** Null when there is none, or it is on its way out. */
export async function videoIfThere(videoId: VideoId, { video }: Pick<Catalog, 'video'>): Promise<Video | null> {
  try {
    return await video(videoId)
  } catch (error) {
    if (error instanceof VideoNotFoundError) return null
    throw error
  }
}
