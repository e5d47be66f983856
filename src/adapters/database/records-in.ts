import type { Transaction } from 'kysely'
import type { VideoCatalog, VideoRecord } from '#domain/catalog.ts'
import { compareTracks } from '#domain/compare-tracks.ts'
import { InvalidInputError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import { planOfRecord } from '#domain/plan-of-record.ts'
import type { CatalogContext } from './catalog-context.ts'
import { byBytes, type Dialect } from './dialect.ts'
import { attachmentOf, attachmentRow, packPositions, segmentOf, segmentRow } from './entry-row.ts'
import { insertAttachments, insertSegments } from './insert-entries.ts'
import { packOf } from './packs-in.ts'
import { requireVideo } from './require-video.ts'
import type { Tables } from './schema/tables.ts'
import { trackOf, trackRow } from './tracks-in.ts'
import { videoOf, videoRow } from './video-row.ts'

type RecordMethods = Pick<VideoCatalog, 'record' | 'restoreVideo'>

export function recordsIn({ db, dialect }: CatalogContext): RecordMethods {
  return {
    record(id) {
      // One snapshot: a segment without its pack would make a manifest that cannot be restored.
      const reading = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
      return reading.execute((transaction) => readRecord(transaction, id, dialect))
    },

    async restoreVideo(record) {
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('videos').where('id', '=', record.video.id).execute()
        await insertRecord(transaction, record)
      })
    },
  }
}

async function readRecord(db: Transaction<Tables>, id: VideoId, dialect: Dialect): Promise<VideoRecord> {
  const video = videoOf(await requireVideo(db, id))
  const planRow = await db.selectFrom('plans').select('plan').where('video_id', '=', id).executeTakeFirst()
  const plan = planRow && (JSON.parse(planRow.plan) as IngestPlan)
  const trackRows = await db.selectFrom('tracks').selectAll().where('video_id', '=', id).execute()
  const tracks = trackRows.map(trackOf).sort(compareTracks)
  const packs = await db.selectFrom('packs').selectAll().where('video_id', '=', id).orderBy('position').execute()
  const segments = []
  for (const track of tracks) {
    const own = db.selectFrom('segments').selectAll().where('track_id', '=', track.id)
    segments.push(...(await own.orderBy('position').execute()).map(segmentOf))
  }
  const attachments = db.selectFrom('attachments').selectAll().where('video_id', '=', id)
  return {
    video,
    targetDurationSec: plan?.targetDurationSec ?? 0,
    packaging: plan?.packaging ?? 'fmp4',
    tracks,
    packs: packs.map(packOf),
    segments,
    attachments: (await attachments.orderBy(byBytes('name', dialect)).execute()).map(attachmentOf),
  }
}

async function insertRecord(db: Transaction<Tables>, record: VideoRecord): Promise<void> {
  const { video, tracks, packs, segments, attachments } = record
  const positions = packPositions(packs)
  const trackIds = new Set(tracks.map(({ id }) => id))
  const homeless = segments.find(({ trackId }) => !trackIds.has(trackId))
  if (homeless) throw new InvalidInputError(`The record has no track ${homeless.trackId}.`)
  const noSource = { source_path: null, source_owned: 0, source_extras: null } as const
  await db
    .insertInto('videos')
    .values({ ...videoRow(video), ...noSource })
    .execute()
  const plan = planOfRecord(record)
  if (plan)
    await db
      .insertInto('plans')
      .values({ video_id: video.id, plan: JSON.stringify(plan) })
      .execute()
  for (const track of tracks) await db.insertInto('tracks').values(trackRow(track)).execute()
  for (const pack of packs) {
    const { id, position, state, ref, byteLength, digest } = pack
    const row = { id, video_id: video.id, position, state, ref, byte_length: byteLength, digest }
    await db.insertInto('packs').values(row).execute()
  }
  await insertSegments(
    db,
    segments.map((segment) => segmentRow(video.id, segment, positions)),
  )
  await insertAttachments(
    db,
    attachments.map((attachment) => attachmentRow(attachment, positions)),
  )
}
