import type { Transaction } from 'kysely'

/** What came with the source of a video: subtitle files, and notes on it. */
export async function sourceExtras(db: Transaction<unknown>): Promise<void> {
  await db.schema.alterTable('videos').addColumn('source_extras', 'text').execute()
}
