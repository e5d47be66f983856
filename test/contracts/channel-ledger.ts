import { testBlobLedger } from './channel-ledger-blobs.ts'
import { testBotLedger } from './channel-ledger-bots.ts'
import { testIntentLedger } from './channel-ledger-intents.ts'
import type { CreateChannelLedger } from './channel-ledger-samples.ts'
import { testScanLedger } from './channel-ledger-scans.ts'

/** What every ledger of channels must do. Each adapter's test file calls this with its own ledger. */
export function testChannelLedger(name: string, create: CreateChannelLedger): void {
  testBlobLedger(name, create)
  testIntentLedger(name, create)
  testScanLedger(name, create)
  testBotLedger(name, create)
}
