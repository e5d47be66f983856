import type { Transaction } from 'kysely'
import type { PackCatalog } from '#domain/catalog.ts'
import { InvalidInputError, SegmentNotFoundError, TrackNotFoundError } from '#domain/errors.ts'
import type { PackId, TrackId, VideoId } from '#domain/ids.ts'
import type { Slice } from '#domain/video.ts'
import type { CatalogContext } from './catalog-context.ts'
import { attachmentRow, packPositions, positionOf, segmentOf, segmentRow } from './entry-row.ts'
import { insertAttachments, insertSegments } from './insert-entries.ts'
import { takePackStep } from './packs-in.ts'
import { requireVideo } from './require-video.ts'
import type { Tables } from './schema/tables.ts'

type SegmentMethods = Pick<PackCatalog, 'addEntries' | 'segments' | 'segment'>

const COLUMNS = ['track_id', 'position', 'start_sec', 'duration_sec', 'byte_length', 'reencoded', 'slices'] as const

export function segmentsIn({ db }: CatalogContext): SegmentMethods {
  return {
    async addEntries(id, { packs: steps = [], segments = [], attachments = [] }) {
      await db.transaction().execute(async (transaction) => {
        await requireVideo(transaction, id)
        for (const step of steps) await takePackStep(transaction, id, step)
        await requireTracks(transaction, id, new Set(segments.map(({ trackId }) => trackId)))
        const stranger = attachments.find(({ videoId }) => videoId !== id)
        if (stranger)
          throw new InvalidInputError(`${stranger.name} belongs to video ${stranger.videoId}, not to ${id}.`)
        const ends = endsByPack([...segments, ...attachments])
        const packs = packPositions(await packsAmong(transaction, id, [...ends.keys()]))
        await insertSegments(
          transaction,
          segments.map((segment) => segmentRow(id, segment, packs)),
        )
        await insertAttachments(
          transaction,
          attachments.map((attachment) => attachmentRow(attachment, packs)),
        )
        await growPacks(transaction, ends)
      })
    },

    async segments(id) {
      const rows = await db
        .selectFrom('segments')
        .select(COLUMNS)
        .where('track_id', '=', id)
        .orderBy('position')
        .execute()
      return rows.map(segmentOf)
    },

    async segment(id, index) {
      const row = await db
        .selectFrom('segments')
        .select(COLUMNS)
        .where('track_id', '=', id)
        .where('position', '=', positionOf(index))
        .executeTakeFirst()
      if (!row) throw new SegmentNotFoundError(`Track ${id} has no segment ${index}.`)
      return segmentOf(row)
    },
  }
}

async function requireTracks(transaction: Transaction<Tables>, id: VideoId, wanted: ReadonlySet<TrackId>) {
  if (wanted.size === 0) return
  const rows = await transaction.selectFrom('tracks').select('id').where('video_id', '=', id).execute()
  const there = new Set(rows.map((row) => row.id))
  const missing = [...wanted].find((trackId) => !there.has(trackId))
  if (missing) throw new TrackNotFoundError(`Video ${id} has no track ${missing}.`)
}

async function packsAmong(transaction: Transaction<Tables>, id: VideoId, ids: readonly PackId[]) {
  if (ids.length === 0) return []
  const packs = transaction.selectFrom('packs').select(['id', 'position']).where('video_id', '=', id)
  return packs.where('id', 'in', ids).execute()
}

/** How far the recorded bytes reach in each pack. */
function endsByPack(entries: readonly { readonly slices: readonly Slice[] }[]): Map<PackId, number> {
  const ends = new Map<PackId, number>()
  for (const { slices } of entries)
    for (const { packId, offset, length } of slices) ends.set(packId, Math.max(ends.get(packId) ?? 0, offset + length))
  return ends
}

async function growPacks(transaction: Transaction<Tables>, ends: ReadonlyMap<PackId, number>): Promise<void> {
  for (const [packId, end] of ends) {
    const grown = transaction.updateTable('packs').set({ byte_length: end }).where('id', '=', packId)
    await grown.where('byte_length', '<', end).execute()
  }
}
