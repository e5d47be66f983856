import { join } from 'node:path'
import { SmallTextFile } from '#adapters/disk-cache/small-text-file.ts'
import { Playback } from '#features/playback/playback.ts'
import type { Core } from './compose.ts'
import { openSegmentCache } from './open-segment-cache.ts'

/** Playback with its cache, as configured, and its housekeeping. Dispose of it before the core. */
export async function openPlayback({ config, ports }: Pick<Core, 'config' | 'ports'>) {
  const cache = await openSegmentCache(config.cache, ports.events)
  const popularity = new SmallTextFile(join(config.dataDir, 'popularity.json'))
  const clocks = { nowMs: () => performance.now(), wallMs: () => Date.now() }
  const playback = new Playback({ ...ports, ...clocks, cache, popularity }, config.cache)
  await playback.viewing.start()
  const tidy = () => void playback.viewing.tidy()
  const tidying = setInterval(tidy, config.cache.sessionCleanupIntervalSec * 1000)
  tidying.unref()
  tidy()
  return {
    playback,
    async [Symbol.asyncDispose]() {
      clearInterval(tidying)
      await playback.viewing.close()
      await cache[Symbol.asyncDispose]()
    },
  }
}
