import type { Kysely, SelectQueryBuilder, Transaction } from 'kysely'
import type { BlobRef } from '#domain/blob-store.ts'
import type { BlobLedger, MessagePlace } from '#domain/channel-ledger.ts'
import { channelFigures } from './channel-figures.ts'
import { blobsOf, type CopyRow, putCopy } from './channel-copy-row.ts'
import type { ChannelBlobsTable } from './schema/channel-blobs.ts'
import type { Tables } from './schema/tables.ts'

/** Blobs per query of a walk over all: some milliseconds of SQLite, which nobody else gets in between. */
const PAGE_BLOBS = 500
/** The greatest code point: what begins with a text comes before that text with this after it. */
const GREATEST = '\u{10ffff}'

export function channelBlobsIn(db: Kysely<Tables>): BlobLedger {
  return {
    async blob(ref) {
      const [blob] = blobsOf(await copiesOf(db, db.selectFrom('channel_blobs').selectAll().where('ref', '=', ref)))
      return blob ?? null
    },

    async *blobs(prefix = '') {
      for (let after = ''; ; ) {
        const rows = await copiesOf(db, pageOf(db, after, prefix))
        const last = rows.at(-1)
        if (!last) return
        yield* blobsOf(rows)
        after = last.ref
      }
    },

    async addCopy(blob, copy) {
      await db.transaction().execute((transaction) => putCopy(transaction, blob, copy))
    },

    async removeCopy(ref, place) {
      await db.transaction().execute((transaction) => removeCopy(transaction, ref, place))
    },

    channelFigures: () => channelFigures(db),
  }
}

/** The next blobs by ref. */
function pageOf(db: Kysely<Tables>, after: string, prefix: string) {
  let page = db.selectFrom('channel_blobs').selectAll()
  if (prefix) page = page.where('name', '>=', prefix).where('name', '<', prefix + GREATEST)
  return page
    .where('ref', '>', after as BlobRef)
    .orderBy('ref')
    .limit(PAGE_BLOBS)
}

/** In one statement: blobs and copies as they were at one moment. */
function copiesOf(db: Kysely<Tables>, blobs: BlobQuery): Promise<CopyRow[]> {
  return db
    .selectFrom(blobs.as('blob'))
    .innerJoin('channel_copies as copy', 'copy.ref', 'blob.ref')
    .selectAll('blob')
    .select(['copy.chat_id', 'copy.message_id', 'copy.file_unique_id', 'copy.state'])
    .orderBy('blob.ref')
    .orderBy('copy.chat_id')
    .orderBy('copy.message_id')
    .execute()
}

type BlobQuery = SelectQueryBuilder<Tables, 'channel_blobs', ChannelBlobsTable>

async function removeCopy(db: Transaction<Tables>, ref: BlobRef, { chatId, messageId }: MessagePlace): Promise<void> {
  // Locks the blob, as `putCopy` does: a copy that another process adds now is seen below, or makes the blob anew.
  const locking = db.updateTable('channel_blobs').set((to) => ({ name: to.ref('name') }))
  await locking.where('ref', '=', ref).execute()
  const { numDeletedRows } = await db
    .deleteFrom('channel_copies')
    .where('chat_id', '=', chatId)
    .where('message_id', '=', messageId)
    .where('ref', '=', ref)
    .executeTakeFirst()
  if (numDeletedRows === 0n) return
  await db.deleteFrom('file_handles').where('chat_id', '=', chatId).where('message_id', '=', messageId).execute()
  await db
    .deleteFrom('channel_blobs')
    .where('ref', '=', ref)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('channel_copies').select('ref').where('ref', '=', ref))),
    )
    .execute()
}
