import { Gauge, type Registry } from 'prom-client'
import type { DownloadActions, DownloadFiguresNow } from '../http-ports.ts'

/** How downloads leave this machine: connections, names, remembered playlists, and what the governor lets run. */
export function addDownloadGauges({ figures }: Pick<DownloadActions, 'figures'>, registry: Registry): void {
  const add = (name: string, help: string, value: (now: DownloadFiguresNow) => number | null) =>
    new Gauge({
      name: `telereel_download_${name}`,
      help,
      registers: [registry],
      collect() {
        const now = value(figures())
        if (now !== null) this.set(now)
      },
    })
  add('connections_created_total', 'Connections that were opened.', ({ pool }) => pool.created)
  add('connections_reused_total', 'Requests that found an open connection.', ({ pool }) => pool.reused)
  add('connections_active', 'Connections in use.', ({ pool }) => pool.active)
  add('connections_idle', 'Open connections that nobody uses.', ({ pool }) => pool.idle)
  add('connection_waits_total', 'Requests that had to wait for a connection.', ({ pool }) => pool.waits)
  add('connection_waiting', 'Requests that wait for a connection.', ({ pool }) => pool.waiting)
  add('names_entries', 'Resolved names that are remembered.', ({ dns }) => dns.entries)
  add('names_hits_total', 'Names that were remembered.', ({ dns }) => dns.hits)
  add('names_misses_total', 'Names that had to be asked for.', ({ dns }) => dns.misses)
  add('playlists_hits_total', 'Playlists that were remembered.', ({ playlists }) => playlists.hits)
  add('playlists_misses_total', 'Playlists that had to be fetched.', ({ playlists }) => playlists.misses)
  add('playlists_expired_total', 'Playlists that were remembered for too long.', ({ playlists }) => playlists.expired)
  add('playlists_entries', 'Playlists that are remembered.', ({ playlists }) => playlists.entries)
  add('playlists_bytes', 'Bytes of remembered playlists.', ({ playlists }) => playlists.bytes)
  add('governor_downloads', 'Downloads that may run at once now.', ({ governor }) => governor.downloads.now)
  add('governor_connections', 'Connections a download may use now.', ({ governor }) => governor.connections.now)
  add('governor_cpu_percent', 'Processor use of the machine or container.', ({ governor }) => governor.cpuPercent)
  add('governor_memory_percent', 'Memory use of the machine or container.', ({ governor }) => governor.memoryPercent)
}
