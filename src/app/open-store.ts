import { join } from 'node:path'
import { DiskBlobStore } from '#adapters/disk/disk-blob-store.ts'
import type { Config } from '#config/config.ts'
import type { OpenStore, StoreParts, StoreWishes } from './store.ts'

/** The store that the settings ask for. */
export async function openStore(parts: StoreParts, wishes: StoreWishes = {}): Promise<OpenStore> {
  if (parts.config.store.kind === 'disk') return openDiskStore(parts.config)
  // Loaded only where it is used: the command line begins sooner without.
  const { openTelegramStore } = await import('./telegram-store.ts')
  return await openTelegramStore(parts, wishes)
}

function openDiskStore({ dataDir, media }: Config): OpenStore {
  const blobs = new DiskBlobStore(join(dataDir, 'blobs'), media.maxChunkBytes)
  const description = 'A folder on this computer; nothing leaves it'
  return {
    blobs,
    repairs: null,
    snapshots: null,
    newRecoveryKey: null,
    takeUp: async () => void (await blobs.removeLeftovers()),
    sweep: async () => {},
    settle: async () => {},
    scrub: async () => {},
    findBlobs: async () => null,
    describe: async () => ({ kind: 'disk', description, waiting: null, bots: [], channels: [] }),
    problems: async () => [],
    [Symbol.asyncDispose]: async () => {},
  }
}
