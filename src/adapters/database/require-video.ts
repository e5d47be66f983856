import type { Kysely } from 'kysely'
import { VideoNotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Tables } from './schema/tables.ts'
import type { VideosTable } from './schema/videos.ts'

/** The row of a video that is there and not being deleted; rejects with VideoNotFoundError. */
export async function requireVideo(db: Kysely<Tables>, id: VideoId): Promise<VideosTable> {
  const row = await db.selectFrom('videos').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row || row.state === 'deleting') throw new VideoNotFoundError(`There is no video ${id}.`)
  return row
}
