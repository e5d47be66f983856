import { byteCount, flag, wholeNumber } from '../format.ts'
import { settingsOf } from '../setting.ts'

const { withDefault } = settingsOf('downloads')

const seconds = wholeNumber({ min: 1, max: 86_400, unit: 'seconds' })
const connections = wholeNumber({ min: 1, max: 10_000 })
const percent = wholeNumber({ min: 1, max: 100, unit: '%' })

export const downloadSettings = {
  CONNECTION_POOL_MAX_CONNECTIONS: withDefault(connections, '100', { help: 'Most open connections for downloads.' }),
  CONNECTION_POOL_MAX_KEEPALIVE: withDefault(connections, '30', { help: 'Most idle connections kept for reuse.' }),
  CONNECTION_POOL_TTL_DNS_CACHE: withDefault(seconds, '300', { help: 'How long a resolved name is remembered.' }),
  CONNECTION_POOL_TIMEOUT: withDefault(seconds, '30', { help: 'Longest wait for an answer.' }),
  CONNECTION_POOL_CONNECT_TIMEOUT: withDefault(seconds, '10', { help: 'Longest wait for a connection.' }),
  CACHE_ENABLED: withDefault(flag, 'true', { help: 'Remember fetched playlists.' }),
  CACHE_TTL: withDefault(seconds, '3600', { help: 'How long a playlist is remembered.' }),
  CACHE_MAX_SIZE: withDefault(byteCount({ min: 0, max: 2 ** 40 }), '104857600', {
    help: 'Most bytes of remembered playlists.',
  }),
  RESOURCE_MONITOR_ENABLED: withDefault(flag, 'true', {
    help: 'Run fewer downloads at once while the machine is busy.',
  }),
  RESOURCE_CPU_THRESHOLD: withDefault(percent, '80', { help: 'Processor use that counts as busy.' }),
  RESOURCE_MEMORY_THRESHOLD: withDefault(percent, '80', { help: 'Memory use that counts as busy.' }),
  RESOURCE_CHECK_INTERVAL: withDefault(seconds, '5', { help: 'How often the machine is looked at.' }),
}
