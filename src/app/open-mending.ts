import { acquireLibraryLock, type LibraryLock } from '#adapters/database/library-lock.ts'
import { SavedSlicesInFolder } from '#adapters/disk-cache/saved-slices.ts'
import { LibraryLockedError } from '#domain/errors.ts'
import { amendVideo } from '#features/ingest/amend-video.ts'
import { planNew } from '#features/ingest/plan-once.ts'
import { writeOutline } from '#features/ingest/write-manifest.ts'
import type { Mending } from '#surfaces/cli/cli-ports.ts'
import type { Core } from './compose.ts'
import type { RunningServer } from './server-file.ts'

/** What `verify --repair` works with: copies, the files of the disk cache, and the media tool to cut sources again. */
export async function openMending(core: Core, server: RunningServer | null, signal: AbortSignal): Promise<Mending> {
  const { config, store, ports } = core
  const { minSegmentSec, maxSegmentSec, oversized } = config.media
  const settings = { minSegmentSec, maxSegmentSec, oversized }
  const lock = server ? null : await lockUnlessHeld(core, signal)
  return {
    ports: {
      ...ports,
      repairs: store.repairs,
      // Also while the cache is in memory: an earlier run may have kept one here.
      saved: new SavedSlicesInFolder(config.cache.dir),
      mayChangeCatalog: lock !== null,
      planNew: (open, stop) => planNew(open, ports, { settings, signal: stop }),
      renewManifest: (id, stop) => amendVideo(id, ports, (packs) => writeOutline(id, packs, ports.catalog), stop),
    },
    lost: lock?.lost ?? new AbortController().signal,
    [Symbol.asyncDispose]: async () => lock?.[Symbol.asyncDispose](),
  }
}

async function lockUnlessHeld({ database }: Core, signal: AbortSignal): Promise<LibraryLock | null> {
  try {
    return await acquireLibraryLock(database.db, { signal })
  } catch (error) {
    if (error instanceof LibraryLockedError) return null
    throw error
  }
}
