import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testChannelLedger } from '#test/contracts/channel-ledger.ts'
import { openDatabase } from './open-database.ts'

testChannelLedger('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telereel-ledger-'))
  const database = await openDatabase({ kind: 'sqlite', path: join(folder, 'catalog.db') })
  return {
    ledger: database.ledger,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
})
