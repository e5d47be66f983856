import { testCatalog } from '#test/contracts/catalog.ts'
import { memoryCatalog } from './memory-catalog.ts'

testCatalog('Memory', async (world) => ({ catalog: memoryCatalog(world), async [Symbol.asyncDispose]() {} }))
