import type { Selectable, Transaction } from 'kysely'
import type { ChannelBlob, ChannelCopy } from '#domain/channel-ledger.ts'
import { ConflictError } from '#domain/errors.ts'
import type { ChannelBlobsTable } from './schema/channel-blobs.ts'
import type { ChannelCopiesTable } from './schema/channel-copies.ts'
import type { Tables } from './schema/tables.ts'

/** A copy, with its blob. */
export type CopyRow = Selectable<ChannelBlobsTable & ChannelCopiesTable>

/** Rows of the same blob follow one another. */
export function* blobsOf(rows: readonly CopyRow[]): Iterable<ChannelBlob> {
  let first: CopyRow | undefined
  let copies: ChannelCopy[] = []
  for (const row of rows) {
    if (first && first.ref !== row.ref) {
      yield blobOf(first, copies)
      copies = []
    }
    if (first?.ref !== row.ref) first = row
    copies.push({
      chatId: row.chat_id,
      messageId: row.message_id,
      fileUniqueId: row.file_unique_id,
      state: row.state,
    })
  }
  if (first) yield blobOf(first, copies)
}

function blobOf({ ref, name, byte_length, sha256 }: CopyRow, copies: readonly ChannelCopy[]): ChannelBlob {
  return { ref, name, byteLength: byte_length, sha256, copies }
}

/** Adds the copy, and the blob when it is new. Rejects with ConflictError when the message holds another blob. */
export async function putCopy(
  db: Transaction<Tables>,
  { ref, name, byteLength, sha256 }: Omit<ChannelBlob, 'copies'>,
  { chatId, messageId, fileUniqueId, state }: ChannelCopy,
): Promise<void> {
  await db
    .insertInto('channel_blobs')
    .values({ ref, name, byte_length: byteLength, sha256 })
    // Changes nothing, but locks the row: whoever removes its last copy at this moment waits.
    .onConflict((conflict) => conflict.column('ref').doUpdateSet((to) => ({ name: to.ref('channel_blobs.name') })))
    .execute()
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('channel_copies')
    .values({ chat_id: chatId, message_id: messageId, ref, file_unique_id: fileUniqueId, state })
    .onConflict((conflict) =>
      conflict
        .columns(['chat_id', 'message_id'])
        .doUpdateSet((to) => ({ state: to.ref('excluded.state'), file_unique_id: to.ref('excluded.file_unique_id') }))
        .whereRef('channel_copies.ref', '=', 'excluded.ref'),
    )
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows === 0n)
    throw new ConflictError(`Message ${messageId} of chat ${chatId} holds another blob.`)
}
