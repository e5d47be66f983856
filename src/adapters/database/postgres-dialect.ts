import pg from 'pg'
import { PostgresDialect } from 'kysely'

const INT8 = 20
const NUMERIC = 1700
const MAX_CONNECTIONS = 10

/** Kysely on PostgreSQL. Bytes, milliseconds and their sums stay below 2^53, so bigint and numeric come as numbers. */
export function postgresDialect(url: string, onIdleError: (error: Error) => void): PostgresDialect {
  const types = {
    getTypeParser: ((oid: number, format?: 'text') =>
      oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
  }
  const pool = new pg.Pool({ connectionString: url, max: MAX_CONNECTIONS, types })
  // Without a listener the loss of an idle connection would end the process; the pool makes a new one by itself.
  pool.on('error', onIdleError)
  return new PostgresDialect({ pool })
}
