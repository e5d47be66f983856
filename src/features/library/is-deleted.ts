import type { Catalog } from '#domain/catalog.ts'
import { NotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'

/** Whether the video is gone, or about to go. */
export async function isDeleted(id: VideoId, catalog: Pick<Catalog, 'video'>): Promise<boolean> {
  try {
    return (await catalog.video(id)).state === 'deleting'
  } catch (error) {
    if (error instanceof NotFoundError) return true
    throw error
  }
}
