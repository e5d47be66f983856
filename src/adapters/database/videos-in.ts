import type { VideoCatalog } from '#domain/catalog.ts'
import { VideoNotFoundError } from '#domain/errors.ts'
import type { CatalogContext } from './catalog-context.ts'
import { listVideos } from './list-videos.ts'
import { requireVideo } from './require-video.ts'
import { changedColumns, sourceColumns, sourceOf, videoOf, videoRow } from './video-row.ts'

type VideoMethods = Pick<
  VideoCatalog,
  | 'addVideo'
  | 'video'
  | 'videos'
  | 'updateVideo'
  | 'source'
  | 'setSource'
  | 'plan'
  | 'savePlan'
  | 'publish'
  | 'removeVideo'
>

export function videosIn(context: CatalogContext): VideoMethods {
  const { db, now } = context
  return {
    async addVideo({ source, createdAt, ...facts }) {
      const unknown = { failure: null, durationSec: null, container: null, statistics: null }
      const video = { ...facts, ...unknown, state: 'queued', chapters: [], notes: [], createdAt, updatedAt: createdAt }
      await db
        .insertInto('videos')
        .values({ ...videoRow({ ...video, state: 'queued' }), ...sourceColumns(source) })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    },

    async video(id) {
      return videoOf(await requireVideo(db, id))
    },

    videos: (query) => listVideos(query ?? {}, context),

    async updateVideo(id, change) {
      await db.transaction().execute(async (transaction) => {
        const { original_filename } = await requireVideo(transaction, id)
        const columns = { ...changedColumns(change, original_filename), updated_at: now() }
        await transaction.updateTable('videos').set(columns).where('id', '=', id).execute()
      })
    },

    async source(id) {
      const row = await db
        .selectFrom('videos')
        .select(['source_path', 'source_owned', 'source_extras'])
        .where('id', '=', id)
        .executeTakeFirst()
      return row ? sourceOf(row) : null
    },

    async setSource(id, source) {
      const query = db.updateTable('videos').set(sourceColumns(source)).where('id', '=', id)
      const { numUpdatedRows } = await query.executeTakeFirst()
      if (numUpdatedRows === 0n) throw new VideoNotFoundError(`There is no video ${id}.`)
    },

    async plan(id) {
      const row = await db.selectFrom('plans').select('plan').where('video_id', '=', id).executeTakeFirst()
      return row ? JSON.parse(row.plan) : null
    },

    async savePlan(id, value) {
      const plan = JSON.stringify(value)
      await db.transaction().execute(async (transaction) => {
        await requireVideo(transaction, id)
        await transaction
          .insertInto('plans')
          .values({ video_id: id, plan })
          .onConflict((conflict) => conflict.column('video_id').doUpdateSet({ plan }))
          .execute()
      })
    },

    async publish(id, { durationSec, statistics }) {
      const ready = { state: 'ready', failure: null, duration_sec: durationSec } as const
      await db.transaction().execute(async (transaction) => {
        await requireVideo(transaction, id)
        const columns = { ...ready, statistics: JSON.stringify(statistics), updated_at: now() }
        await transaction.updateTable('videos').set(columns).where('id', '=', id).execute()
      })
    },

    async removeVideo(id) {
      await db.deleteFrom('videos').where('id', '=', id).execute()
    },
  }
}
