import type { Kysely, Selectable, Transaction } from 'kysely'
import type { PackCatalog, PackPlace, PackStep } from '#domain/catalog.ts'
import { ConflictError, NotFoundError } from '#domain/errors.ts'
import type { PackId, VideoId } from '#domain/ids.ts'
import type { Pack } from '#domain/video.ts'
import type { CatalogContext } from './catalog-context.ts'
import { attachmentRow, packPositions } from './entry-row.ts'
import { insertAttachments } from './insert-entries.ts'
import { requireVideo } from './require-video.ts'
import type { PacksTable } from './schema/packs.ts'
import type { Tables } from './schema/tables.ts'

type PackMethods = Pick<PackCatalog, 'packs' | 'pack' | 'newPackId' | 'markStored' | 'replacePack' | 'dropPacksFrom'>

export function packsIn({ db, newId, now }: CatalogContext): PackMethods {
  return {
    async packs(id) {
      const rows = await db.selectFrom('packs').selectAll().where('video_id', '=', id).orderBy('position').execute()
      return rows.map(packOf)
    },

    async pack(id) {
      return packOf(await requirePack(db, id))
    },

    newPackId: () => newId() as PackId,

    async markStored(packs) {
      await db.transaction().execute(async (transaction) => {
        for (const { id, ref } of packs) {
          const pack = await requirePack(transaction, id)
          if (pack.state === 'stored' && pack.ref === ref) continue
          if (pack.state !== 'sealed') throw new ConflictError(`Pack ${id} is ${pack.state}, not sealed.`)
          await transaction.updateTable('packs').set({ state: 'stored', ref }).where('id', '=', id).execute()
        }
      })
    },

    async replacePack(id, was, place, { attachments = [], without = [] } = {}) {
      await db.transaction().execute(async (transaction) => {
        const videoId = (await requirePack(transaction, id)).video_id
        await requireVideo(transaction, videoId)
        await movePack(transaction, id, was, place)
        const packs = await transaction.selectFrom('packs').selectAll().where('video_id', '=', videoId).execute()
        const positions = packPositions(packs)
        const ofVideo = transaction.deleteFrom('attachments').where('video_id', '=', videoId)
        if (without.length > 0) await ofVideo.where('name', 'in', without).execute()
        const rows = attachments.map((attachment) => attachmentRow(attachment, positions))
        await insertAttachments(transaction, rows)
        await transaction.updateTable('videos').set({ updated_at: now() }).where('id', '=', videoId).execute()
      })
    },

    async dropPacksFrom(id, position) {
      await db.transaction().execute(async (transaction) => {
        for (const table of ['segments', 'attachments'] as const)
          await transaction.deleteFrom(table).where('video_id', '=', id).where('last_pack', '>=', position).execute()
        await transaction.deleteFrom('packs').where('video_id', '=', id).where('position', '>=', position).execute()
      })
    },
  }
}

async function movePack(
  transaction: Transaction<Tables>,
  id: PackId,
  was: Pick<Pack, 'ref' | 'digest'>,
  { ref, byteLength, digest }: PackPlace,
): Promise<void> {
  const moved = transaction.updateTable('packs').set({ ref, byte_length: byteLength, digest }).where('id', '=', id)
  const still = moved.where('state', '=', 'stored').where('ref', '=', was.ref).where('digest', '=', was.digest)
  const { numUpdatedRows } = await still.executeTakeFirst()
  if (numUpdatedRows === 0n) throw new ConflictError(`Pack ${id} was moved meanwhile.`, { fix: 'Try again.' })
}

/** Adds the pack when it is new, seals it when it is said to be sealed. Rejects with ConflictError. */
export async function takePackStep(
  transaction: Transaction<Tables>,
  videoId: VideoId,
  { id, position, sealed }: PackStep,
): Promise<void> {
  const figures = sealed
    ? ({ state: 'sealed', byte_length: sealed.byteLength, digest: sealed.digest } as const)
    : ({ state: 'filling', byte_length: 0 } as const)
  const standing = transaction.selectFrom('packs').selectAll().where('video_id', '=', videoId)
  const there = await standing.where('position', '=', position).executeTakeFirst()
  if (!there)
    await transaction
      .insertInto('packs')
      .values({ id, video_id: videoId, position, ...figures })
      .execute()
  else if (there.id !== id) throw new ConflictError(`Pack ${there.id} stands at position ${position} already.`)
  else if (!sealed || isStored(there, sealed)) return
  else await transaction.updateTable('packs').set(figures).where('id', '=', id).execute()
}

/** Throws ConflictError when it is stored with other bytes. */
function isStored(pack: PacksTable, sealed: NonNullable<PackStep['sealed']>): boolean {
  if (pack.state !== 'stored') return false
  if (pack.byte_length === sealed.byteLength && pack.digest === sealed.digest) return true
  throw new ConflictError(`Pack ${pack.id} is stored and cannot be sealed anew.`)
}

export function packOf(row: Selectable<PacksTable>): Pack {
  return {
    id: row.id,
    videoId: row.video_id,
    position: row.position,
    state: row.state,
    ref: row.ref,
    byteLength: row.byte_length,
    digest: row.digest,
  }
}

async function requirePack(db: Kysely<Tables>, id: PackId) {
  const row = await db.selectFrom('packs').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFoundError(`There is no pack ${id}.`)
  return row
}
