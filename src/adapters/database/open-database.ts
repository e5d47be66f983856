import { Kysely } from 'kysely'
import type { Catalog } from '#domain/catalog.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import type { JobQueue } from '#domain/job-queue.ts'
import type { Events } from '#domain/events.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { DatabaseJobQueue } from './database-job-queue.ts'
import { JOB_SETTINGS, type JobSettings } from './job-settings.ts'
import { databaseCatalog } from './database-catalog.ts'
import { databaseChannelLedger } from './database-channel-ledger.ts'
import { migrate } from './migrate.ts'
import type { Tables } from './schema/tables.ts'
import { sqliteDialect } from './sqlite-dialect.ts'

export type DatabaseConfig =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string }

export interface DatabaseOptions {
  readonly events?: Events
  readonly clock?: Clock
  /** Makes ids of packs and jobs and tokens of leases: 1 to 64 of [A-Za-z0-9_-], never the same twice. */
  readonly newId?: () => string
  /** In [0, 1). */
  readonly random?: () => number
  readonly jobs?: Partial<JobSettings>
}

export interface OpenDatabase extends AsyncDisposable {
  readonly db: Kysely<Tables>
  readonly catalog: Catalog
  readonly jobs: JobQueue
  readonly ledger: ChannelLedger
}

/**
 * Opens the catalog and brings its tables up to date. Any number of processes may open the same one. Rejects with
 * ConflictError when the file is damaged or was written by a newer version.
 */
export async function openDatabase(config: DatabaseConfig, options: DatabaseOptions = {}): Promise<OpenDatabase> {
  const { clock = SYSTEM_CLOCK, events = NOBODY, newId = () => crypto.randomUUID(), random = Math.random } = options
  const onIdleError = (error: Error) => {
    const message = 'A connection to PostgreSQL was lost; another is made when needed.'
    events.emit({ kind: 'note', level: 'warn', message, fields: { error } })
  }
  const kyselyDialect =
    config.kind === 'sqlite' ? sqliteDialect(config.path) : await postgresOnDemand(config.url, onIdleError)
  const db = new Kysely<Tables>({ dialect: kyselyDialect })
  try {
    await migrate(db as Kysely<unknown>, config.kind, () => clock.wallMs())
  } catch (error) {
    await db.destroy()
    throw error
  }
  const shared = { db, dialect: config.kind, newId }
  const settings = { ...JOB_SETTINGS, ...options.jobs }
  return {
    db,
    catalog: databaseCatalog({ ...shared, now: () => clock.wallMs() }),
    jobs: new DatabaseJobQueue({ ...shared, clock, random, events, settings }),
    ledger: databaseChannelLedger(db),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

/** The driver takes time to load, which nobody on SQLite has to spend. */
async function postgresOnDemand(url: string, onIdleError: (error: Error) => void) {
  const { postgresDialect } = await import('./postgres-dialect.ts')
  return postgresDialect(url, onIdleError)
}

const NOBODY: Events = { emit() {} }
