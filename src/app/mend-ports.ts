import { acquireLibraryLock, type LibraryLock } from '#adapters/database/library-lock.ts'
import { SavedSlicesInFolder } from '#adapters/disk-cache/saved-slices.ts'
import { LibraryLockedError } from '#domain/errors.ts'
import { amendVideo } from '#features/ingest/amend-video.ts'
import { planNew } from '#features/ingest/plan-once.ts'
import { writeOutline } from '#features/ingest/write-manifest.ts'
import type { MendPorts } from '#features/library/mend-pack.ts'
import type { Core } from './compose.ts'
import type { RunningServer } from './server-file.ts'

/**
 * What `verify --repair` works with: copies, the files of the disk cache, and the media tool to cut sources again.
 * `onWork` is called before anything changes in the catalog.
 */
export function mendPorts(
  { config, store, ports, database }: Core,
  server: RunningServer | null,
  onWork: () => void,
): MendPorts {
  const { minSegmentSec, maxSegmentSec, oversized } = config.media
  const settings = { minSegmentSec, maxSegmentSec, oversized }
  return {
    ...ports,
    repairs: store.repairs,
    // Also while the cache is in memory: an earlier run may have kept one here.
    saved: new SavedSlicesInFolder(config.cache.dir),
    planNew: (open, signal) => planNew(open, ports, { settings, signal }),
    renewManifest: (id, signal) => amendVideo(id, ports, (packs) => writeOutline(id, packs, ports.catalog), signal),
    // No longer than it takes: reading may go on for hours, and a server that starts meanwhile should find no lock.
    alone: async (work) => {
      await using lock = server ? null : await lockUnlessHeld(database.db)
      if (!lock) return null
      onWork()
      return await work()
    },
  }
}

async function lockUnlessHeld(db: Core['database']['db']): Promise<LibraryLock | null> {
  try {
    return await acquireLibraryLock(db)
  } catch (error) {
    if (error instanceof LibraryLockedError) return null
    throw error
  }
}
