import { rm } from 'node:fs/promises'
import { acquireLibraryLock, type LibraryLock } from '#adapters/database/library-lock.ts'
import { takeUpWork } from '#features/library/take-up-work.ts'
import { failLostVideos } from '#surfaces/worker/fail-lost-videos.ts'
import type { Core } from './compose.ts'
import { scratchFolder } from './folders.ts'

/** Makes this process the one that works on the library, and takes up what a crash left half done. */
export async function holdLibrary({ config, database, store, ports }: Core, signal: AbortSignal): Promise<LibraryLock> {
  const lock = await acquireLibraryLock(database.db, { signal })
  try {
    await rm(scratchFolder(config.dataDir), { recursive: true, force: true })
    await store.takeUp(signal)
    ports.events.subscribe(failLostVideos(ports))
    await takeUpWork(ports)
    return lock
  } catch (error) {
    await lock[Symbol.asyncDispose]()
    throw error
  }
}
