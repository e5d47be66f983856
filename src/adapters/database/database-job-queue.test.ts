import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testJobQueue } from '#test/contracts/job-queue.ts'
import { SYSTEM_CLOCK } from './clock.ts'
import { openDatabase } from './open-database.ts'

testJobQueue('SQLite', async ({ now, random, events, pollMs, keepFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), 'telereel-jobs-'))
  const options = { clock: { ...SYSTEM_CLOCK, wallMs: now }, random, events, jobs: { pollMs, keepFinished } }
  const database = await openDatabase({ kind: 'sqlite', path: join(folder, 'catalog.db') }, options)
  return {
    jobs: database.jobs,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
})
