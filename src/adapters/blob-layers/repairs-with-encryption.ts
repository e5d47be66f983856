import type { BlobRepairs } from '#domain/blob-store.ts'
import type { MasterKey } from '#lib/sealing/master-key.ts'
import { sealedBytesOf } from '#lib/sealing/sealed-form.ts'
import { sealedSource, sharedMemory } from './seal-source.ts'
import { SealThread } from './seal-thread.ts'
import { PURPOSE } from './with-encryption.ts'

/**
 * Repairs of a store below `withEncryption`, which knows sealed bytes only: bytes at hand are sealed before they go there.
 * The same bytes under the same name are always the same sealed bytes, so what was stored once is known again by its hash;
 * other bytes get another key, and are not.
 */
export function repairsWithEncryption(repairs: BlobRepairs, key: MasterKey): BlobRepairs {
  const thread = new SealThread()
  return {
    async repair(ref, { local, ...options } = {}) {
      if (!local) return await repairs.repair(ref, options)
      const memory = sharedMemory(sealedBytesOf(local.byteLength))
      const sealed = await sealedSource(local, { key, purpose: PURPOSE, thread, memory, signal: options.signal })
      return await repairs.repair(ref, { ...options, local: sealed })
    },
  }
}
