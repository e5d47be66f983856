import { afterAll, beforeAll } from 'vitest'
import { testCatalog } from '#test/contracts/catalog.ts'
import { testChannelLedger } from '#test/contracts/channel-ledger.ts'
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
