import type { Kysely } from 'kysely'
import type { Events } from '#domain/events.ts'
import type { Clock } from './clock.ts'
import type { Dialect } from './dialect.ts'
import type { JobSettings } from './job-settings.ts'
import type { Tables } from './schema/tables.ts'

/** What the parts of the queue share. */
export interface QueueContext {
  readonly db: Kysely<Tables>
  readonly dialect: Dialect
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly newId: () => string
  readonly events: Events
  readonly settings: JobSettings
}
