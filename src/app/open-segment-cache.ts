import { DiskSegmentCache } from '#adapters/disk-cache/disk-segment-cache.ts'
import { MemorySegmentCache } from '#adapters/memory-cache/memory-segment-cache.ts'
import type { Config } from '#config/config.ts'
import type { Events } from '#domain/events.ts'
import type { SegmentCache } from '#domain/segment-cache.ts'

/** Memory before a disk cache: a few dozen segments, so that viewers of the same moment share one read. */
const MAX_FRONT_BYTES = 64 * 1024 * 1024

/** CACHE_TYPE and CACHE_SIZE as a cache. Dispose of it so that a disk cache knows its order at the next start. */
export async function openSegmentCache(
  { kind, dir, maxBytes }: Pick<Config['cache'], 'kind' | 'dir' | 'maxBytes'>,
  events: Events,
): Promise<SegmentCache & AsyncDisposable> {
  if (kind === 'memory') return new MemorySegmentCache(maxBytes)
  const front = new MemorySegmentCache(Math.min(MAX_FRONT_BYTES, maxBytes / 4))
  return await DiskSegmentCache.open({ dir, maxBytes, front }, { events, nowMs: () => performance.now() })
}
