import { type Kysely, type Transaction, sql } from 'kysely'
import { ConflictError } from '#domain/errors.ts'
import { firstTables } from './migrations/0001-first-tables.ts'
import { channels } from './migrations/0002-channels.ts'
import { jobResults } from './migrations/0003-job-results.ts'
import { sourceExtras } from './migrations/0004-source-extras.ts'
import type { Dialect } from './dialect.ts'

/** In order; a name that was ever released is never changed. */
const MIGRATIONS: Readonly<Record<string, (db: Transaction<unknown>, dialect: Dialect) => Promise<void>>> = {
  '0001-first-tables': firstTables,
  '0002-channels': channels,
  '0003-job-results': jobResults,
  '0004-source-extras': sourceExtras,
}

interface MigrationsTable {
  migrations: { name: string; applied_at: number }
}

/**
 * Brings the tables up to date in one transaction: whole or not at all. Processes that open the same database at the
 * same time wait for one another. Rejects with ConflictError when a newer version of the product has written it.
 */
export async function migrate(db: Kysely<unknown>, dialect: Dialect, now: () => number): Promise<void> {
  await (db as Kysely<MigrationsTable>).transaction().execute(async (transaction) => {
    if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${LOCK_KEY})`.execute(transaction)
    await transaction.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute()
    const rows = await transaction.selectFrom('migrations').select('name').execute()
    const applied = new Set(rows.map(({ name }) => name))
    const unknown = [...applied].find((name) => !(name in MIGRATIONS))
    if (unknown) {
      throw new ConflictError('The catalog was written by a newer version of Telereel.', {
        why: `It holds the change "${unknown}", which this version does not know.`,
        fix: 'Start the newer version again, or restore the catalog from before the update.',
      })
    }
    for (const [name, apply] of Object.entries(MIGRATIONS)) {
      if (applied.has(name)) continue
      await apply(transaction as unknown as Transaction<unknown>, dialect)
      await transaction.insertInto('migrations').values({ name, applied_at: now() }).execute()
    }
  })
}

/** Any number that other users of the same PostgreSQL database are unlikely to take. */
const LOCK_KEY = 7_355_608_001
