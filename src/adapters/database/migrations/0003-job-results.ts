import { type Kysely, sql, type Transaction } from 'kysely'

/** Jobs can be paused and asked to finish, and leave a result. A paused job keeps its key, as one that waits does. */
export async function jobResults(db: Transaction<unknown>): Promise<void> {
  await db.schema.alterTable('jobs').addColumn('wish', 'text').execute()
  await db.schema.alterTable('jobs').addColumn('result', 'text').execute()
  await sql`update jobs set wish = 'cancel' where cancel_requested = 1`.execute(db)
  await db.schema.alterTable('jobs').dropColumn('cancel_requested').execute()
  await db.schema.dropIndex('jobs_dedupe').execute()
  await (db as Kysely<unknown>).schema
    .createIndex('jobs_dedupe')
    .unique()
    .on('jobs')
    .columns(['name', 'dedupe_key'])
    .where('state' as never, 'in', ['waiting', 'running', 'paused'])
    .execute()
}
