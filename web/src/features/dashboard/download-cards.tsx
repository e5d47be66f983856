import { CircleAlert } from 'lucide-react'
import type { DownloadFigures } from '../../../../src/surfaces/http/contract/download.ts'
import { formatBytes } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import { FigureCard } from './figure-card.tsx'

/** What downloads go through: connections, playlists, names, yt-dlp. */
export function DownloadCards({ figures }: { readonly figures: DownloadFigures }) {
  const { pool, dns, playlists, pageTool } = figures
  const { facts } = t.dashboard
  return (
    <>
      <FigureCard
        title={t.dashboard.pool}
        figure={rate(pool.reused, pool.created + pool.reused, t.dashboard.reused)}
        meter={{ value: pool.active, most: pool.maxConnections }}
        facts={[
          [facts.active, t.dashboard.of(pool.active, pool.maxConnections)],
          [facts.idle, String(pool.idle)],
          [facts.created, String(pool.created)],
          [facts.reused, String(pool.reused)],
          [facts.waits, String(pool.waits)],
          [facts.waiting, String(pool.waiting)],
        ]}
      />
      <FigureCard
        title={t.dashboard.playlists}
        figure={
          playlists.enabled
            ? rate(playlists.hits, playlists.hits + playlists.misses, t.dashboard.hits)
            : t.dashboard.off
        }
        meter={{ value: playlists.bytes, most: playlists.maxBytes }}
        facts={[
          [facts.bytes, t.dashboard.of(formatBytes(playlists.bytes), formatBytes(playlists.maxBytes))],
          [facts.entries, String(playlists.entries)],
          [facts.hits, String(playlists.hits)],
          [facts.misses, String(playlists.misses)],
          [facts.expired, String(playlists.expired)],
        ]}
      />
      <FigureCard
        title={t.dashboard.dns}
        figure={rate(dns.hits, dns.hits + dns.misses, t.dashboard.hits)}
        facts={[
          [facts.entries, String(dns.entries)],
          [facts.hits, String(dns.hits)],
          [facts.misses, String(dns.misses)],
        ]}
      />
      <FigureCard title={t.dashboard.pageTool} figure={pageTool.version ?? t.dashboard.missing} facts={[]}>
        {pageTool.problem === null ? null : (
          <p className="flex gap-2 text-sm">
            <CircleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
            {pageTool.problem}
          </p>
        )}
      </FigureCard>
    </>
  )
}

/** Nothing of nothing is no bad rate. */
function rate(part: number, whole: number, words: (percent: number) => string): string {
  return whole === 0 ? t.dashboard.unused : words(Math.round((part / whole) * 100))
}
