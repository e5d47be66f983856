import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testCatalog } from '#test/contracts/catalog.ts'
import { SYSTEM_CLOCK } from './clock.ts'
import { openDatabase } from './open-database.ts'

testCatalog('SQLite', async ({ now, newId }) => {
  const folder = mkdtempSync(join(tmpdir(), 'telereel-catalog-'))
  const clock = { ...SYSTEM_CLOCK, wallMs: now }
  const database = await openDatabase({ kind: 'sqlite', path: join(folder, 'catalog.db') }, { clock, newId })
  return {
    catalog: database.catalog,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
})
