import type { Kysely, Selectable } from 'kysely'
import type { PackCatalog } from '#domain/catalog.ts'
import { ConflictError, NotFoundError } from '#domain/errors.ts'
import type { PackId } from '#domain/ids.ts'
import type { Pack } from '#domain/video.ts'
import type { CatalogContext } from './catalog-context.ts'
import { requireVideo } from './require-video.ts'
import type { PacksTable } from './schema/packs.ts'
import type { Tables } from './schema/tables.ts'

type PackMethods = Pick<PackCatalog, 'packs' | 'pack' | 'addPack' | 'sealPack' | 'markStored' | 'dropPacksFrom'>

export function packsIn({ db, newId }: CatalogContext): PackMethods {
  return {
    async packs(id) {
      const rows = await db.selectFrom('packs').selectAll().where('video_id', '=', id).orderBy('position').execute()
      return rows.map(packOf)
    },

    async pack(id) {
      return packOf(await requirePack(db, id))
    },

    addPack(id, position) {
      return db.transaction().execute(async (transaction) => {
        await requireVideo(transaction, id)
        const standing = transaction.selectFrom('packs').selectAll().where('video_id', '=', id)
        const there = await standing.where('position', '=', position).executeTakeFirst()
        if (there) return packOf(there)
        const pack = { id: newId() as PackId, video_id: id, position, state: 'filling', byte_length: 0 } as const
        return packOf(await transaction.insertInto('packs').values(pack).returningAll().executeTakeFirstOrThrow())
      })
    },

    async sealPack(id, { byteLength, digest }) {
      await db.transaction().execute(async (transaction) => {
        const pack = await requirePack(transaction, id)
        const same = pack.byte_length === byteLength && pack.digest === digest
        if (pack.state === 'stored' && same) return
        if (pack.state === 'stored') throw new ConflictError(`Pack ${id} is stored and cannot be sealed anew.`)
        const sealed = { state: 'sealed', byte_length: byteLength, digest } as const
        await transaction.updateTable('packs').set(sealed).where('id', '=', id).execute()
      })
    },

    async markStored(id, ref) {
      await db.transaction().execute(async (transaction) => {
        const pack = await requirePack(transaction, id)
        if (pack.state === 'stored' && pack.ref === ref) return
        if (pack.state !== 'sealed') throw new ConflictError(`Pack ${id} is ${pack.state}, not sealed.`)
        await transaction.updateTable('packs').set({ state: 'stored', ref }).where('id', '=', id).execute()
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
