import type { Catalog } from '#domain/catalog.ts'
import { ConflictError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { JobQueue } from '#domain/job-queue.ts'
import type { SourceFiles } from '#domain/source-files.ts'
import { addIngestJob } from './register-video.ts'

/** Tries the ingest of a failed video again, from the step where it failed. */
export async function retryVideo(
  videoId: VideoId,
  { catalog, jobs, sources }: { readonly catalog: Catalog; readonly jobs: JobQueue; readonly sources: SourceFiles },
): Promise<void> {
  const video = await catalog.video(videoId)
  if (video.state === 'ready') throw new ConflictError('The video is ready; there is nothing to try again.')
  const source = await catalog.source(videoId)
  if (!source || (await sources.size(source.path)) === null) {
    throw new ConflictError('The file that this video came from is gone.', { fix: 'Upload it again.' })
  }
  await catalog.updateVideo(videoId, { state: 'queued', failure: null })
  await addIngestJob(videoId, jobs)
}
