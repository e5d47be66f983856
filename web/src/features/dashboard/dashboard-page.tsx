import { useQuery } from '@tanstack/react-query'
import type { Status } from '../../../../src/surfaces/http/contract/status.ts'
import { PageTitle } from '../../components/page-title.tsx'
import { ProblemCard } from '../../components/problem-card.tsx'
import { formatBytes, formatClock } from '../../lib/format.ts'
import { statusQuery } from '../../lib/queries.ts'
import { t } from '../../strings/strings.ts'
import { DownloadCards } from './download-cards.tsx'
import { FigureCard } from './figure-card.tsx'
import { GovernorCard } from './governor-card.tsx'

/** How the server is: its library, what it downloads with, and how busy the machine is. */
export function DashboardPage() {
  const { data: status, error, refetch } = useQuery(statusQuery)
  return (
    <div className="mx-auto grid max-w-6xl grid-cols-1 gap-4">
      <PageTitle title={t.dashboard.title} />
      {status ? <Cards status={status} /> : null}
      {error && !status ? <ProblemCard error={error} title={t.dashboard.error} onRetry={() => void refetch()} /> : null}
      {status || error ? null : <Skeleton />}
    </div>
  )
}

function Cards({ status }: { readonly status: Status }) {
  const { library, cache, downloads, disk, jobs, uptimeSec } = status
  const { facts } = t.dashboard
  return (
    <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
      <FigureCard
        title={t.dashboard.library}
        figure={t.library.count(library.active + library.processing + library.error)}
        facts={[
          [facts.stored, formatBytes(library.storedBytes)],
          [facts.playable, formatClock(library.durationSec)],
          [facts.jobs, t.dashboard.jobs(jobs.running, jobs.waiting)],
          [facts.disk, disk.freeBytes === null ? t.status.unknown : formatBytes(disk.freeBytes)],
          [facts.uptime, formatClock(uptimeSec)],
        ]}
      />
      <FigureCard
        title={t.dashboard.segments}
        figure={
          cache.hits + cache.misses === 0 ? t.dashboard.unused : t.dashboard.hits(Math.round(cache.hitRate * 100))
        }
        meter={{ value: cache.bytes, most: cache.maxBytes }}
        facts={[
          [facts.bytes, t.dashboard.of(formatBytes(cache.bytes), formatBytes(cache.maxBytes))],
          [facts.hits, String(cache.hits)],
          [facts.misses, String(cache.misses)],
          [facts.entries, String(cache.items)],
        ]}
      />
      {downloads ? <DownloadCards figures={downloads} /> : null}
      {downloads ? <GovernorCard governor={downloads.governor} /> : null}
    </div>
  )
}

/** The shape of the cards. */
function Skeleton() {
  return (
    <div role="status" className="appear-late grid gap-4 md:grid-cols-2 xl:grid-cols-3">
      <span className="sr-only">{t.dashboard.loading}</span>
      {[0, 1, 2, 3, 4, 5].map((card) => (
        <div key={card} className="h-44 rounded-2xl border border-line bg-panel" />
      ))}
    </div>
  )
}
