import type { VideoId } from '#domain/ids.ts'
import type { Job, JobState } from '#domain/job-queue.ts'
import type { Video } from '#domain/video.ts'
import { videoIfThere } from '#features/library/register-recording.ts'
import { retryVideo } from '#features/library/retry-video.ts'
import type { Core } from './compose.ts'

const NOT_ENDED: readonly JobState[] = ['waiting', 'running', 'paused', 'failed']

interface File {
  readonly path: string
  readonly title?: string
}

type Ports = Pick<Core['ports'], 'catalog' | 'jobs' | 'sources'>

/**
 * The video that an earlier upload of this file began and did not finish; it goes on. Null when there is none: what is in
 * the library already, has another title or another length now, is uploaded as a new one.
 */
export async function goOnWithUpload(file: File, ports: Ports): Promise<VideoId | null> {
  const byteLength = await ports.sources.size(file.path)
  for (const job of await ports.jobs.list({ name: 'ingest-video', states: NOT_ENDED })) {
    const video = await videoFrom(file.path, job, ports)
    if (!video || video.byteLength !== byteLength || !mayGoOn(video, file)) continue
    if (video.state === 'failed') await retryVideo(video.id, ports)
    else if (job.state !== 'running') await ports.jobs.retry(job.id)
    return video.id
  }
  return null
}

/** Null for one of another file, or of none that is the user's own. */
async function videoFrom(path: string, { payload }: Job, { catalog }: Ports): Promise<Video | null> {
  if (!('videoId' in payload)) return null
  const source = await catalog.source(payload.videoId).catch(() => null)
  return source?.path === path && !source.owned ? await videoIfThere(payload.videoId, catalog) : null
}

function mayGoOn({ state, title }: Video, file: File): boolean {
  if (state === 'ready') return false
  return file.title === undefined || file.title.trim() === title
}
