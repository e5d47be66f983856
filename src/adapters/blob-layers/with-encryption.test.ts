import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskBlobStore } from '#adapters/disk/disk-blob-store.ts'
import { MemoryBlobStore } from '#adapters/memory/memory-blob-store.ts'
import { MasterKey } from '#lib/sealing/master-key.ts'
import { sealedBytesOf } from '#lib/sealing/sealed-form.ts'
import type { BlobStore } from '#domain/blob-store.ts'
import { testBlobStore } from '#test/contracts/blob-store.ts'
import { withEncryption } from './with-encryption.ts'

const KEY = MasterKey.random()

testBlobStore('MemoryBlobStore with encryption', async ({ maxBytes }) => ({
  store: withEncryption(new MemoryBlobStore(sealedBytesOf(maxBytes)), KEY),
  async [Symbol.asyncDispose]() {},
}))
testBlobStore('DiskBlobStore with encryption', async ({ maxBytes }) => {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-blobs-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return {
    store: withEncryption(new DiskBlobStore(folder, sealedBytesOf(maxBytes)), KEY),
    [Symbol.asyncDispose]: remove,
  }
})
testBlobStore('a store of whole reads with encryption', async ({ maxBytes }) => ({
  store: withEncryption(new WholeReads(), KEY),
  async [Symbol.asyncDispose]() {},
}))

class WholeReads extends MemoryBlobStore {
  override readonly limits = { maxBytes: 1e6, parallelPuts: 1, wholeReads: true }
}
