import { testChannelLedger } from '#test/contracts/channel-ledger.ts'
import { memoryChannelLedger } from './memory-channel-ledger.ts'

testChannelLedger('Memory', async () => ({ ledger: memoryChannelLedger(), async [Symbol.asyncDispose]() {} }))
