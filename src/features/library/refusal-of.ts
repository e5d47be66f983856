import type { Catalog } from '#domain/catalog.ts'
import { MediaDamagedError, ProductError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { VideoFailure } from '#domain/video.ts'
import { videoIfThere } from './register-recording.ts'

/** Why the video takes nothing more of a recording that still grows; null while it may. */
export async function refusalOf(videoId: VideoId, catalog: Pick<Catalog, 'video'>): Promise<ProductError | null> {
  const video = await videoIfThere(videoId, catalog)
  if (video?.state === 'failed' && video.failure !== null) return new IngestFailedError(video.failure)
  if (video?.state !== 'ready') return null
  const why = video.notes.at(-1)
  const fix = 'Download it to a file: that takes every byte as it is.'
  return new MediaDamagedError('The video ends before its stream does.', { ...(why !== undefined && { why }), fix })
}

/** What became of the ingest, in its own words. */
class IngestFailedError extends ProductError {
  readonly code: string

  constructor({ code, message, why, fix }: VideoFailure) {
    super(message, { ...(why !== undefined && { why }), ...(fix !== undefined && { fix }) })
    this.code = code
  }
}
