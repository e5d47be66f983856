import type { Insertable, Selectable } from 'kysely'
import type { VideoCatalog } from '#domain/catalog.ts'
import { compareTracks } from '#domain/compare-tracks.ts'
import { TrackNotFoundError } from '#domain/errors.ts'
import type { Track } from '#domain/video.ts'
import type { CatalogContext } from './catalog-context.ts'
import { requireVideo } from './require-video.ts'
import type { TracksTable } from './schema/tracks.ts'

type TrackMethods = Pick<VideoCatalog, 'addTracks' | 'tracks' | 'updateTrack' | 'removeTrack'>

export function tracksIn({ db }: CatalogContext): TrackMethods {
  return {
    async addTracks(id, tracks) {
      await db.transaction().execute(async (transaction) => {
        await requireVideo(transaction, id)
        for (const track of tracks) {
          const row = trackRow(track)
          await transaction
            .insertInto('tracks')
            .values(row)
            .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
            .execute()
        }
      })
    },

    async tracks(id) {
      const rows = await db.selectFrom('tracks').selectAll().where('video_id', '=', id).execute()
      return rows.map(trackOf).sort(compareTracks)
    },

    async updateTrack(id, change) {
      const columns: Partial<Insertable<TracksTable>> = {
        ...(change.bandwidth !== undefined && { bandwidth: change.bandwidth }),
        ...(change.averageBandwidth !== undefined && { average_bandwidth: change.averageBandwidth }),
        ...(change.language !== undefined && { language: change.language }),
        ...(change.title !== undefined && { title: change.title }),
        ...(change.isDefault !== undefined && { is_default: flag(change.isDefault) }),
        ...(change.forced !== undefined && { forced: flag(change.forced) }),
        ...(change.hearingImpaired !== undefined && { hearing_impaired: flag(change.hearingImpaired) }),
      }
      // The id is set to itself so that an empty change is a statement too.
      const query = db
        .updateTable('tracks')
        .set({ id, ...columns })
        .where('id', '=', id)
      const { numUpdatedRows } = await query.executeTakeFirst()
      if (numUpdatedRows === 0n) throw new TrackNotFoundError(`There is no track ${id}.`)
    },

    async removeTrack(id) {
      await db.deleteFrom('tracks').where('id', '=', id).execute()
    },
  }
}

export function trackRow(track: Track): Insertable<TracksTable> {
  return {
    id: track.id,
    video_id: track.videoId,
    name: track.name,
    kind: track.kind,
    stream_index: track.streamIndex,
    action: track.action,
    reason: track.reason,
    codec: track.codec,
    codecs: track.codecs,
    bandwidth: track.bandwidth,
    average_bandwidth: track.averageBandwidth,
    language: track.language,
    title: track.title,
    is_default: flag(track.isDefault),
    forced: flag(track.forced),
    hearing_impaired: flag(track.hearingImpaired),
    width: track.width,
    height: track.height,
    frame_rate: track.frameRate,
    video_range: track.videoRange,
    channels: track.channels,
    sample_rate: track.sampleRate,
  }
}

export function trackOf(row: Selectable<TracksTable>): Track {
  return {
    id: row.id,
    videoId: row.video_id,
    name: row.name,
    kind: row.kind,
    streamIndex: row.stream_index,
    action: row.action,
    reason: row.reason,
    codec: row.codec,
    codecs: row.codecs,
    bandwidth: row.bandwidth,
    averageBandwidth: row.average_bandwidth,
    language: row.language,
    title: row.title,
    isDefault: row.is_default === 1,
    forced: row.forced === 1,
    hearingImpaired: row.hearing_impaired === 1,
    width: row.width,
    height: row.height,
    frameRate: row.frame_rate,
    videoRange: row.video_range,
    channels: row.channels,
    sampleRate: row.sample_rate,
  }
}

function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0
}
