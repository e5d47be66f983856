import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBelow } from '#adapters/blob-layers/store-below.test-support.ts'
import { withEncryption } from '#adapters/blob-layers/with-encryption.ts'
import { DiskBlobStore } from '#adapters/disk/disk-blob-store.ts'
import { MemoryBlobStore } from '#adapters/memory/memory-blob-store.ts'
import type { BlobRef, BlobStore } from '#domain/blob-store.ts'
import { MasterKey } from '#lib/sealing/master-key.ts'
import { testMending } from '#test/contracts/mending.ts'
import type { HarmedStore } from '#test/support/mending-lab.ts'

const MAX_BYTES = 16_000

testMending('memory store', async () => harmed(new MemoryBlobStore(MAX_BYTES), (ref) => ref.replace('memory:', '')), {
  runs: 30,
})

testMending(
  'disk store',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'telereel-mended-'))
    const store = harmed(new DiskBlobStore(folder, MAX_BYTES), (ref) => {
      const [video, position] = ref.replace('disk:', '').split('/')
      return `${video}/${Number(position)}`
    })
    return { ...store, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
  },
  { runs: 10 },
)

testMending(
  'sealed store of whole blobs',
  async () => {
    const below = openBelow({ maxBytes: MAX_BYTES, wholeReads: true })
    return {
      blobs: withEncryption(below, MasterKey.random()),
      repairs: null,
      lose: (ref) => below.delete(ref),
      async flip(ref, share) {
        const bytes = Buffer.from(below.bytesOf(ref))
        flipBit(bytes, share)
        below.replace(ref, bytes)
      },
      async [Symbol.asyncDispose]() {},
    }
  },
  { runs: 15 },
)

/** A store whose blobs can be put again with other bytes. */
function harmed(blobs: BlobStore, nameOf: (ref: BlobRef) => string): HarmedStore {
  return {
    blobs,
    repairs: null,
    lose: (ref) => blobs.delete(ref),
    async flip(ref, share) {
      const bytes = Buffer.concat(await Array.fromAsync(await blobs.get(ref)))
      flipBit(bytes, share)
      await blobs.put({
        name: nameOf(ref),
        byteLength: bytes.byteLength,
        async *open() {
          yield bytes
        },
      })
    },
    async [Symbol.asyncDispose]() {},
  }
}

function flipBit(bytes: Buffer, share: number): void {
  const at = Math.min(bytes.byteLength - 1, Math.floor(share * bytes.byteLength))
  bytes[at] = (bytes[at] ?? 0) ^ 4
}
