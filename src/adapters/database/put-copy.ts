import type { Transaction } from 'kysely'
import type { ChannelBlob, ChannelCopy } from '#domain/channel-ledger.ts'
import { ConflictError } from '#domain/errors.ts'
import type { Tables } from './schema/tables.ts'

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
    .values(({ selectFrom }) => ({
      chat_id: chatId,
      message_id: messageId,
      ref,
      byte_length: selectFrom('channel_blobs').select('byte_length').where('ref', '=', ref),
      file_unique_id: fileUniqueId,
      state,
    }))
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
