import { byteCount, choice, decimal, flag, path, wholeNumber } from '../format.ts'
import { settingsOf } from '../setting.ts'

const { withDefault } = settingsOf('segment cache')

const seconds = wholeNumber({ min: 1, max: 86_400, unit: 'seconds' })

export const segmentCacheSettings = {
  CACHE_TYPE: withDefault(choice('memory', 'disk'), 'memory', {
    help: 'Where segments read from the store are kept for the next viewer.',
  }),
  CACHE_SIZE: withDefault(byteCount({ min: 0, max: 64 * 2 ** 40 }), '1073741824', {
    help: 'Most bytes kept; the longest unused goes first.',
  }),
  CACHE_DIR: withDefault(path, 'cache', { help: 'Folder of the disk cache, seen from DATA_DIR.', startOnly: true }),
  PRELOAD_SEGMENTS: withDefault(wholeNumber({ min: 0, max: 100 }), '8', {
    help: 'Segments fetched ahead of each viewer.',
  }),
  MAX_CONCURRENT_PRELOADS: withDefault(wholeNumber({ min: 1, max: 100 }), '5', {
    help: 'Most segments fetched ahead at the same time.',
  }),
  ENABLE_CACHE_WARMING: withDefault(flag, 'true', { help: 'Keep the beginnings of popular videos in the cache.' }),
  CACHE_WARMING_SEGMENTS: withDefault(wholeNumber({ min: 1, max: 1000 }), '10', {
    help: 'Segments of such a beginning.',
  }),
  SESSION_CLEANUP_INTERVAL: withDefault(seconds, '300', { help: 'How often ended viewing sessions are looked for.' }),
  SESSION_IDLE_TIMEOUT: withDefault(seconds, '600', { help: 'A session without a request for so long has ended.' }),
  STREAMING_THRESHOLD_GB: withDefault(decimal({ min: 0, max: 100_000, unit: 'GiB' }), '3', {
    help: 'Files above this size are passed on as they arrive and never held whole.',
  }),
}
