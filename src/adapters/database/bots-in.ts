import type { Kysely } from 'kysely'
import type { BotLedger, MessagePlace } from '#domain/channel-ledger.ts'
import { ALL_CHATS } from './schema/bot-paces.ts'
import type { Tables } from './schema/tables.ts'

export function botsIn(db: Kysely<Tables>): BotLedger {
  return { ...handlesIn(db), ...pacesIn(db), ...factsIn(db) }
}

function handlesIn(db: Kysely<Tables>): Pick<BotLedger, 'handle' | 'saveHandle' | 'dropHandle'> {
  const keyOf = ({ chatId, messageId }: MessagePlace, botId: number) =>
    ({ chat_id: chatId, message_id: messageId, bot_id: botId }) as const
  return {
    async handle(place, botId) {
      const key = keyOf(place, botId)
      const row = await db
        .selectFrom('file_handles')
        .select('file_id')
        .where(({ and }) => and(key))
        .executeTakeFirst()
      return row?.file_id ?? null
    },

    async saveHandle(place, botId, fileId) {
      await db
        .insertInto('file_handles')
        .values({ ...keyOf(place, botId), file_id: fileId })
        .onConflict((conflict) =>
          conflict.columns(['chat_id', 'message_id', 'bot_id']).doUpdateSet({ file_id: fileId }),
        )
        .execute()
    },

    async dropHandle(place, botId) {
      const key = keyOf(place, botId)
      await db
        .deleteFrom('file_handles')
        .where(({ and }) => and(key))
        .execute()
    },
  }
}

function pacesIn(db: Kysely<Tables>): Pick<BotLedger, 'paces' | 'savePace'> {
  return {
    async paces() {
      const rows = await db.selectFrom('bot_paces').selectAll().orderBy('bot_id').orderBy('chat_id').execute()
      return rows.map((row) => ({
        botId: row.bot_id,
        chatId: row.chat_id === ALL_CHATS ? null : row.chat_id,
        notBefore: new Date(row.not_before),
        callsPerSec: row.calls_per_sec,
      }))
    },

    async savePace({ botId, chatId, notBefore, callsPerSec }) {
      const pace = { not_before: notBefore.getTime(), calls_per_sec: callsPerSec }
      await db
        .insertInto('bot_paces')
        .values({ bot_id: botId, chat_id: chatId ?? ALL_CHATS, ...pace })
        .onConflict((conflict) => conflict.columns(['bot_id', 'chat_id']).doUpdateSet(pace))
        .execute()
    },
  }
}

function factsIn(db: Kysely<Tables>): Pick<BotLedger, 'fact' | 'setFact'> {
  return {
    async fact(name) {
      const row = await db.selectFrom('store_facts').select('value').where('name', '=', name).executeTakeFirst()
      return row ? JSON.parse(row.value) : null
    },

    async setFact(name, given) {
      const value = JSON.stringify(given ?? null)
      await db
        .insertInto('store_facts')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
  }
}
