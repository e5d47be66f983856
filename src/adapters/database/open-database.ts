import { Kysely } from 'kysely'
import type { Catalog } from '#domain/catalog.ts'
import type { Events } from '#domain/events.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { databaseCatalog } from './database-catalog.ts'
import { migrate } from './migrate.ts'
import { postgresDialect } from './postgres-dialect.ts'
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
}

export interface OpenDatabase extends AsyncDisposable {
  readonly db: Kysely<Tables>
  readonly catalog: Catalog
}

/**
 * Opens the catalog and brings its tables up to date. Any number of processes may open the same one. Rejects with
 * ConflictError when the file is damaged or was written by a newer version.
 */
export async function openDatabase(config: DatabaseConfig, options: DatabaseOptions = {}): Promise<OpenDatabase> {
  const { clock = SYSTEM_CLOCK, events, newId = () => crypto.randomUUID() } = options
  const onIdleError = (error: Error) => {
    const message = 'A connection to PostgreSQL was lost; another is made when needed.'
    events?.emit({ kind: 'note', level: 'warn', message, fields: { error } })
  }
  const dialect = config.kind === 'sqlite' ? sqliteDialect(config.path) : postgresDialect(config.url, onIdleError)
  const db = new Kysely<Tables>({ dialect })
  try {
    await migrate(db as Kysely<unknown>, config.kind, clock.wallMs)
  } catch (error) {
    await db.destroy()
    throw error
  }
  const now = () => clock.wallMs()
  return {
    db,
    catalog: databaseCatalog({ db, dialect: config.kind, now, newId }),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}
