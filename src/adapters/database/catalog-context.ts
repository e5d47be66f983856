import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.ts'
import type { Tables } from './schema/tables.ts'

/** What the parts of the catalog share. */
export interface CatalogContext {
  readonly db: Kysely<Tables>
  readonly dialect: Dialect
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly newId: () => string
}
