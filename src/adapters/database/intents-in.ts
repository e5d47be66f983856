import type { Kysely, Selectable, Transaction } from 'kysely'
import type { IntentLedger, MessagePlace, SendIntent } from '#domain/channel-ledger.ts'
import { NotFoundError } from '#domain/errors.ts'
import { putCopy } from './put-copy.ts'
import type { SendIntentsTable } from './schema/send-intents.ts'
import type { Tables } from './schema/tables.ts'

export function intentsIn(db: Kysely<Tables>): IntentLedger {
  return {
    async openIntent({ nonce, chatId, botId, ref, name, byteLength, sha256, state, startedAt }) {
      const where = { chat_id: chatId, bot_id: botId }
      const what = { ref, name, byte_length: byteLength, sha256 }
      await db
        .insertInto('send_intents')
        .values({ nonce, ...where, ...what, state, started_at: startedAt.getTime() })
        .onConflict((conflict) => conflict.column('nonce').doNothing())
        .execute()
    },

    async settleIntent(nonce, copy) {
      await db.transaction().execute(async (transaction) => {
        const closing = transaction.deleteFrom('send_intents').where('nonce', '=', nonce).returningAll()
        const row = await closing.executeTakeFirst()
        if (row) await putCopy(transaction, intentOf(row), copy)
        else if (!(await isOwned(transaction, copy))) throw new NotFoundError(`Nothing is known of the send ${nonce}.`)
      })
    },

    async closeIntent(nonce) {
      await db.deleteFrom('send_intents').where('nonce', '=', nonce).execute()
    },

    async abandonIntent(nonce) {
      await db.updateTable('send_intents').set({ state: 'abandoned' }).where('nonce', '=', nonce).execute()
    },

    async intents() {
      const all = db.selectFrom('send_intents').selectAll().orderBy('started_at').orderBy('nonce')
      return (await all.execute()).map(intentOf)
    },
  }
}

function intentOf(row: Selectable<SendIntentsTable>): SendIntent {
  return {
    nonce: row.nonce,
    chatId: row.chat_id,
    botId: row.bot_id,
    ref: row.ref,
    name: row.name,
    byteLength: row.byte_length,
    sha256: row.sha256,
    state: row.state,
    startedAt: new Date(row.started_at),
  }
}

async function isOwned(db: Transaction<Tables>, { chatId, messageId }: MessagePlace): Promise<boolean> {
  const copy = db.selectFrom('channel_copies').select('ref').where('chat_id', '=', chatId)
  return (await copy.where('message_id', '=', messageId).executeTakeFirst()) !== undefined
}
