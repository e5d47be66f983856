import type { DownloadFigures } from '../../../../src/surfaces/http/contract/download.ts'
import { formatAgo, formatBytes, formatMoment } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import { FigureCard } from './figure-card.tsx'

type Governor = DownloadFigures['governor']

const SHOWN_CHANGES = 20
const WIDE = 'md:col-span-2 xl:col-span-3'

/** How much may run at once, how busy the machine is, and why that changed. */
export function GovernorCard({ governor }: { readonly governor: Governor }) {
  const { enabled, downloads, connections, cpuPercent, memoryPercent, ownCpuPercent, ownMemoryBytes } = governor
  const { facts, of } = t.dashboard
  const atOnce: readonly [string, string][] = [
    [facts.downloads, of(downloads.now, downloads.most)],
    [facts.connections, of(connections.now, connections.most)],
  ]
  if (!enabled) {
    return (
      <FigureCard title={t.dashboard.governor} figure={t.dashboard.off} className={WIDE} facts={atOnce}>
        <p className="text-sm text-muted">{t.dashboard.governorOff}</p>
      </FigureCard>
    )
  }
  return (
    <FigureCard
      title={t.dashboard.governor}
      figure={t.dashboard.downloadsAtOnce(downloads.now)}
      meter={{ value: downloads.now, most: downloads.most }}
      className={WIDE}
      facts={[
        ...atOnce,
        [facts.cpu, percent(cpuPercent)],
        [facts.ownCpu, percent(ownCpuPercent)],
        [facts.memory, percent(memoryPercent)],
        [facts.ownMemory, ownMemoryBytes === null ? t.dashboard.measuring : formatBytes(ownMemoryBytes)],
      ]}
    >
      <p className="text-sm text-muted">{t.dashboard.unlimited}</p>
      <History history={governor.history} />
    </FigureCard>
  )
}

function percent(value: number | null): string {
  return value === null ? t.dashboard.measuring : t.common.percent(value)
}

function History({ history }: Pick<Governor, 'history'>) {
  const words = t.dashboard
  if (history.length === 0) return <p className="text-sm text-muted">{words.historyNone}</p>
  const newest = history.slice(-SHOWN_CHANGES).reverse()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
    <section aria-label={words.history} tabIndex={0} className="max-h-64 overflow-y-auto">
      <table className="w-full text-left text-sm">
        <caption className="pb-1.5 text-left text-sm font-medium">{words.history}</caption>
        <thead className="text-xs text-muted">
          <tr>
            {[words.when, words.downloadsColumn, words.connectionsColumn, words.why].map((name) => (
              <th key={name} scope="col" className="py-1 pr-3 font-normal">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="tabular">
          {newest.map(({ at, downloads, connections, why }) => (
            <tr key={`${at} ${downloads} ${connections}`} className="border-t border-line">
              <td className="py-1 pr-3 whitespace-nowrap" title={formatMoment(at)}>
                {formatAgo(at)}
              </td>
              <td className="py-1 pr-3">{downloads}</td>
              <td className="py-1 pr-3">{connections}</td>
              <td className="py-1">{why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
