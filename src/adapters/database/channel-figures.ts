import { type Kysely, sql } from 'kysely'
import type { ChannelFigures } from '#domain/channel-ledger.ts'
import type { Tables } from './schema/tables.ts'

/** By chat id. */
export async function channelFigures(db: Kysely<Tables>): Promise<readonly ChannelFigures[]> {
  const figures = new Map<number, ChannelFigures>()
  for (const { chat_id: chatId, top, ...counted } of await countCopies(db))
    figures.set(chatId, { chatId, ...counted, topMessageId: top })
  for (const { chat_id: chatId, top } of [...(await topNotes(db)), ...(await marks(db))]) {
    const { messages, bytes, topMessageId } = figures.get(chatId) ?? { messages: 0, bytes: 0, topMessageId: 0 }
    if (top > 0) figures.set(chatId, { chatId, messages, bytes, topMessageId: Math.max(topMessageId, top) })
  }
  return [...figures.values()].sort((one, other) => one.chatId - other.chatId)
}

function countCopies(db: Kysely<Tables>) {
  return db
    .selectFrom('channel_copies')
    .select(({ fn }) => [
      'chat_id',
      sql<number>`sum(case when state = 'stored' then 1 else 0 end)`.as('messages'),
      sql<number>`sum(case when state = 'stored' then byte_length else 0 end)`.as('bytes'),
      fn.max('message_id').as('top'),
    ])
    .groupBy('chat_id')
    .execute()
}

function topNotes(db: Kysely<Tables>) {
  const notes = db.selectFrom('channel_notes').groupBy('chat_id')
  return notes.select(({ fn }) => ['chat_id', fn.max('message_id').as('top')]).execute()
}

function marks(db: Kysely<Tables>) {
  return db.selectFrom('channel_marks').select(['chat_id', 'message_id as top']).execute()
}
