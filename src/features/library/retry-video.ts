import type { Catalog } from '#domain/catalog.ts'
import { ConflictError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Job, JobQueue } from '#domain/job-queue.ts'
import type { SourceFiles } from '#domain/source-files.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import { addIngestJob } from './register-video.ts'
import { standingDownload } from './settle-download.ts'

/** Tries the ingest of a failed video again, from the step where it failed. */
export async function retryVideo(
  videoId: VideoId,
  { catalog, jobs, sources }: { readonly catalog: Catalog; readonly jobs: JobQueue; readonly sources: SourceFiles },
): Promise<void> {
  const video = await catalog.video(videoId)
  if (video.state === 'ready') throw new ConflictError('The video is ready; there is nothing to try again.')
  const source = await catalog.source(videoId)
  const download = source && (await standingDownload(source.path, jobs))
  if (download) {
    await catalog.updateVideo(videoId, { state: 'queued', failure: null })
    return jobs.retry(download.id)
  }
  const downloaded = await recordingJob(videoId, jobs)
  if (source && downloaded) {
    await catalog.updateVideo(videoId, { state: 'queued', failure: null })
    return jobs.retry(downloaded.id)
  }
  if (!source || (await sources.size(source.path)) === null) {
    throw new ConflictError('The file that this video came from is gone.', { fix: 'Upload it again.' })
  }
  await catalog.updateVideo(videoId, { state: 'queued', failure: null })
  await addIngestJob(videoId, jobs)
}

/** The job of a video that came from a recording: `retry` puts it back. */
async function recordingJob(videoId: VideoId, jobs: JobQueue): Promise<Job | null> {
  const all = await jobs.list({ name: 'ingest-recording', states: ['waiting', 'failed', 'cancelled', 'paused'] })
  return all.find((job) => videoOfJob(job) === videoId) ?? null
}
