import { HostLoad } from '#adapters/host/host-load.ts'
import type { Config } from '#config/config.ts'
import { LoadGovernor, mostAtOnce } from '#features/downloads/governor.ts'

/** Watches the load of this machine, once somebody calls `watch`. */
export function openGovernor({ downloads }: Config): LoadGovernor {
  return new LoadGovernor(new HostLoad(), { ...downloads.governor, ...mostAtOnce(downloads.pool.maxConnections) })
}
