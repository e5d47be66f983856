import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery, Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BOT, blobFacts, CHANNEL, copyAt, intentOf, refOf } from '#test/contracts/channel-ledger-samples.ts'
import { databaseChannelLedger } from './database-channel-ledger.ts'
import { openDatabase } from './open-database.ts'
import type { Tables } from './schema/tables.ts'
import { sqliteDialect } from './sqlite-dialect.ts'

const BLOBS = 100_000
/** At most. */
const PAGE_BLOBS = 1000

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telereel-ledger-scale-'))
  path = join(folder, 'catalog.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

it('walks over a hundred thousand blobs a page at a time', async () => {
  const log: string[] = []
  await using database = await openDatabase({ kind: 'sqlite', path })
  await fill(database.db)
  await using db = loggingDatabase(log)
  let count = 0
  let before = ''
  for await (const { ref, copies } of databaseChannelLedger(db).blobs()) {
    if (ref <= before || copies.length !== 1) expect.fail(`${ref} comes after ${before}, with ${copies.length} copies`)
    before = ref
    count++
  }
  expect(count).toBe(BLOBS)
  expect(log.length).toBeGreaterThanOrEqual(BLOBS / PAGE_BLOBS)
  expect(await Array.fromAsync(database.ledger.blobs('video00500/'))).toHaveLength(100)
  expect(await database.ledger.channelFigures()).toEqual([
    { chatId: CHANNEL, messages: BLOBS, bytes: BLOBS * 19_922_944, topMessageId: BLOBS },
  ])
})

it('finds what a send, a read and a scan need by an index, however much there is', async () => {
  const log: string[] = []
  await using _database = await openDatabase({ kind: 'sqlite', path })
  await using db = loggingDatabase(log)
  const ledger = databaseChannelLedger(db)
  await ledger.openIntent(intentOf('nonce', 'film/0'))
  await ledger.settleIntent('nonce', copyAt(5))
  await ledger.settleIntent('nonce', copyAt(5))
  await ledger.abandonIntent('nonce')
  await ledger.saveHandle(copyAt(5), BOT, 'file')
  await ledger.handle(copyAt(5), BOT)
  await ledger.blob(refOf('film/0'))
  await Array.fromAsync(ledger.blobs())
  await Array.fromAsync(ledger.blobs('film/'))
  await ledger.noteId(copyAt(6), 'missing')
  await ledger.knownIds(CHANNEL, 1, 100)
  await ledger.setMark(CHANNEL, 10)
  await ledger.mark(CHANNEL)
  await ledger.addCopy(blobFacts('film/0'), { ...copyAt(5), state: 'deleting' })
  await ledger.removeCopy(refOf('film/0'), copyAt(5))
  const statements = [...new Set(log)].filter((each) => /^(select|insert|update|delete)/.test(each))
  expect(statements.length).toBeGreaterThan(15)
  for (const statement of statements) expect(await tablesReadWhole(db, statement), statement).toEqual([])
})

/** A second connection; the texts of its statements go into the log. */
function loggingDatabase(log: string[]): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: sqliteDialect(path), log: ({ query }) => void log.push(query.sql) })
}

/** What SQLite would look through from end to end (sqlite.org/eqp.html). */
async function tablesReadWhole(db: Kysely<Tables>, statement: string): Promise<string[]> {
  const parameters = Array.from(statement.matchAll(/\?/g), () => '')
  const asking = CompiledQuery.raw(`explain query plan ${statement}`, parameters)
  const { rows } = await db.executeQuery(asking as CompiledQuery<{ readonly detail: string }>)
  return rows.map(({ detail }) => detail).filter((detail) => detail.startsWith('SCAN'))
}

async function fill(db: Kysely<Tables>): Promise<void> {
  const numbers = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${BLOBS})`
  const name = sql`printf('video%05d/%d', i / 100, i % 100)`
  await sql`insert into channel_blobs (ref, name, byte_length, sha256)
    ${numbers} select 'telegram:' || ${name}, ${name}, 19922944, 'sha256' from n`.execute(db)
  await sql`insert into channel_copies (chat_id, message_id, ref, byte_length, file_unique_id, state)
    ${numbers} select ${CHANNEL}, i, 'telegram:' || ${name}, 19922944, 'unique', 'stored' from n`.execute(db)
}
