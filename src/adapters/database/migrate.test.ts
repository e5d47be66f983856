import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FILM } from '#test/contracts/catalog-samples.ts'
import { firstTables } from './migrations/0001-first-tables.ts'
import { openDatabase } from './open-database.ts'
import type { Tables } from './schema/tables.ts'
import { sqliteDialect } from './sqlite-dialect.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telereel-migrate-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('brings a catalog of the first version up to date and keeps what is in it', async () => {
  const path = join(folder, 'catalog.db')
  {
    await using db = new Kysely<Tables>({ dialect: sqliteDialect(path) })
    await db.transaction().execute((transaction) => firstTables(transaction as never))
    await sql`create table migrations (name text primary key, applied_at bigint not null)`.execute(db)
    await sql`insert into migrations values ('0001-first-tables', 0)`.execute(db)
    const job = "'ingest-video', '{}', 'running', 0, null, 1, 5, 0, 0, 1, 't', '{}', 0, '{}', null, null, 0, 0"
    await sql`insert into jobs values ('j', 1, ${sql.raw(job)})`.execute(db)
    const film = "'t', 't', 't', 'f.mkv', 'queued', null, null, null, 7, '[]', null, '[]', '/f.mkv', 1, 0, 0"
    await sql`insert into videos values (${FILM}, ${sql.raw(film)})`.execute(db)
  }
  await using database = await openDatabase({ kind: 'sqlite', path })
  expect(await database.catalog.video(FILM)).toMatchObject({ id: FILM, state: 'queued' })
  expect(await database.catalog.source(FILM)).toEqual({ path: '/f.mkv', owned: true })
  expect(await database.ledger.channelFigures()).toEqual([])
  const row = await database.db.selectFrom('jobs').selectAll().executeTakeFirstOrThrow()
  expect(row).toMatchObject({ id: 'j', state: 'running', wish: 'cancel', result: null })
})
