import { testBlobStore } from '#test/contracts/blob-store.ts'
import { MemoryBlobStore } from './memory-blob-store.ts'

testBlobStore('Memory', async ({ maxBytes }) => ({
  store: new MemoryBlobStore(maxBytes),
  async [Symbol.asyncDispose]() {},
}))
