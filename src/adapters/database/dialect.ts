import { type RawBuilder, sql } from 'kysely'

export type Dialect = 'sqlite' | 'postgres'

/** The column as something to order by: by the bytes of its UTF-8, whatever language the database speaks. */
export function byBytes(column: string, dialect: Dialect): RawBuilder<string> {
  return dialect === 'postgres' ? sql`${sql.ref(column)} collate "C"` : sql`${sql.ref(column)}`
}
