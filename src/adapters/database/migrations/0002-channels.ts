import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { Dialect } from '../dialect.ts'

/**
 * What a store in channels remembers. Refs and names are ordered by their bytes, also by the index: a walk over all
 * blobs goes on after the last ref it has seen. SQLite keeps tables of short rows in the order of their keys (WITHOUT
 * ROWID): one tree to write and to sync instead of two.
 */
export async function channels(db: Transaction<unknown>, dialect: Dialect): Promise<void> {
  const orderedText = dialect === 'postgres' ? sql`text collate "C"` : 'text'
  const byKey = dialect === 'postgres' ? sql`` : sql`without rowid`
  await db.schema
    .createTable('channel_blobs')
    .addColumn('ref', orderedText, (column) => column.primaryKey())
    .addColumn('name', orderedText, (column) => column.notNull())
    .addColumn('byte_length', 'bigint', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('channel_blobs_name').on('channel_blobs').column('name').execute()
  await db.schema
    .createTable('channel_copies')
    .addColumn('chat_id', 'bigint', (column) => column.notNull())
    .addColumn('message_id', 'bigint', (column) => column.notNull())
    .addColumn('ref', orderedText, (column) => column.notNull().references('channel_blobs.ref'))
    .addColumn('byte_length', 'bigint', (column) => column.notNull())
    .addColumn('file_unique_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('channel_copies_key', ['chat_id', 'message_id'])
    .modifyEnd(byKey)
    .execute()
  await db.schema.createIndex('channel_copies_ref').on('channel_copies').column('ref').execute()
  await createScans(db, byKey)
  await createBots(db, byKey)
}

async function createScans(db: Kysely<unknown>, byKey: RawBuilder<unknown>): Promise<void> {
  await db.schema
    .createTable('send_intents')
    .addColumn('nonce', 'text', (column) => column.primaryKey())
    .addColumn('chat_id', 'bigint', (column) => column.notNull())
    .addColumn('bot_id', 'bigint', (column) => column.notNull())
    .addColumn('ref', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('byte_length', 'bigint', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('channel_marks')
    .addColumn('chat_id', 'bigint', (column) => column.primaryKey())
    .addColumn('message_id', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('channel_notes')
    .addColumn('chat_id', 'bigint', (column) => column.notNull())
    .addColumn('message_id', 'bigint', (column) => column.notNull())
    .addColumn('what', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('channel_notes_key', ['chat_id', 'message_id'])
    .modifyEnd(byKey)
    .execute()
}

async function createBots(db: Kysely<unknown>, byKey: RawBuilder<unknown>): Promise<void> {
  await db.schema
    .createTable('file_handles')
    .addColumn('chat_id', 'bigint', (column) => column.notNull())
    .addColumn('message_id', 'bigint', (column) => column.notNull())
    .addColumn('bot_id', 'bigint', (column) => column.notNull())
    .addColumn('file_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('file_handles_key', ['chat_id', 'message_id', 'bot_id'])
    .modifyEnd(byKey)
    .execute()
  await db.schema
    .createTable('bot_paces')
    .addColumn('bot_id', 'bigint', (column) => column.notNull())
    .addColumn('chat_id', 'bigint', (column) => column.notNull())
    .addColumn('not_before', 'bigint', (column) => column.notNull())
    .addColumn('calls_per_sec', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('bot_paces_key', ['bot_id', 'chat_id'])
    .execute()
  await db.schema
    .createTable('store_facts')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
}
