import type { Kysely } from 'kysely'
import type { ScanLedger } from '#domain/channel-ledger.ts'
import type { Tables } from './schema/tables.ts'

export function scansIn(db: Kysely<Tables>): ScanLedger {
  return {
    async mark(chatId) {
      const mark = db.selectFrom('channel_marks').select('message_id').where('chat_id', '=', chatId)
      return (await mark.executeTakeFirst())?.message_id ?? 0
    },

    async setMark(chatId, messageId) {
      await db.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('channel_marks')
          .values({ chat_id: chatId, message_id: messageId })
          .onConflict((conflict) =>
            conflict
              .column('chat_id')
              .doUpdateSet((to) => ({ message_id: to.ref('excluded.message_id') }))
              .whereRef('channel_marks.message_id', '<', 'excluded.message_id'),
          )
          .execute()
        const notes = transaction.deleteFrom('channel_notes').where('chat_id', '=', chatId)
        await notes.where('message_id', '<=', messageId).execute()
      })
    },

    async noteId({ chatId, messageId }, what) {
      await db
        .insertInto('channel_notes')
        .values({ chat_id: chatId, message_id: messageId, what })
        .onConflict((conflict) => conflict.columns(['chat_id', 'message_id']).doUpdateSet({ what }))
        .execute()
    },

    async knownIds(chatId, first, last) {
      const known = new Set<number>()
      for (const table of ['channel_copies', 'channel_notes'] as const) {
        const ids = db.selectFrom(table).select('message_id').where('chat_id', '=', chatId)
        const rows = await ids.where('message_id', '>=', first).where('message_id', '<=', last).execute()
        for (const { message_id } of rows) known.add(message_id)
      }
      return known
    },
  }
}
