import type { Catalog } from '#domain/catalog.ts'
import { NotFoundError, ProductError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { VideoFailure } from '#domain/video.ts'

/** Marks the video as failed, with the reason for people. A video that was deleted meanwhile stays deleted. */
export async function failVideo(videoId: VideoId, error: unknown, catalog: Catalog): Promise<void> {
  try {
    await catalog.updateVideo(videoId, { state: 'failed', failure: failureOf(error) })
  } catch (cause) {
    if (!(cause instanceof NotFoundError)) throw cause
  }
}

function failureOf(error: unknown): VideoFailure {
  if (!(error instanceof ProductError)) {
    return {
      code: 'internal',
      message: 'Something went wrong inside Telereel.',
      fix: 'Try again; the log has the details.',
    }
  }
  const { code, message, why, fix } = error
  return { code, message, ...(why && { why }), ...(fix && { fix }) }
}
