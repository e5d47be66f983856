import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testCatalog } from '#test/contracts/catalog.ts'
import { testChannelLedger } from '#test/contracts/channel-ledger.ts'
import { blobFacts, copyAt } from '#test/contracts/channel-ledger-samples.ts'
import { testJobQueue } from '#test/contracts/job-queue.ts'
import { type PostgresServer, startPostgres } from '#test/support/postgres.ts'
import { SYSTEM_CLOCK } from './clock.ts'
import { openDatabase } from './open-database.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
}, 90_000)
afterAll(() => server[Symbol.asyncDispose]())

testCatalog('PostgreSQL', async ({ now, newId }) => {
  const url = await server.createSchema()
  return openDatabase({ kind: 'postgres', url }, { clock: { ...SYSTEM_CLOCK, wallMs: now }, newId })
})

testJobQueue('PostgreSQL', async ({ now, random, events, pollMs, keepFinished }) => {
  const url = await server.createSchema()
  const options = { clock: { ...SYSTEM_CLOCK, wallMs: now }, random, events, jobs: { pollMs, keepFinished } }
  return openDatabase({ kind: 'postgres', url }, options)
})

testChannelLedger('PostgreSQL', async () => openDatabase({ kind: 'postgres', url: await server.createSchema() }))

it('walks over blobs by the bytes of their refs, also where the database sorts as people do', async () => {
  const url = new URL(await server.createSchema())
  await using first = await openDatabase({ kind: 'postgres', url: url.href })
  const likePeople = sql`template template0 locale_provider icu icu_locale 'en-US'`
  await sql`create database people ${likePeople}`.execute(first.db)
  url.pathname = '/people'
  url.search = ''
  await using database = await openDatabase({ kind: 'postgres', url: url.href })
  const names = ['a/0', 'B/0', 'a-b/0', '_/0']
  for (const [index, name] of names.entries()) await database.ledger.addCopy(blobFacts(name), copyAt(index + 1))
  const walked = await Array.fromAsync(database.ledger.blobs())
  expect(walked.map(({ name }) => name)).toEqual(['B/0', '_/0', 'a-b/0', 'a/0'])
  expect(await Array.fromAsync(database.ledger.blobs('a'))).toHaveLength(2)
})
