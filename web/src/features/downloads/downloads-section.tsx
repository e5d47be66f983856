import { useQuery, useQueryClient } from '@tanstack/react-query'
import { use, useEffect, useRef } from 'react'
import type { Download } from '../../../../src/surfaces/http/contract/download.ts'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ProblemCard } from '../../components/problem-card.tsx'
import { useStored } from '../../lib/external-store.ts'
import { FeedStateContext } from '../../lib/feed-state.ts'
import { DOWNLOADS_KEY, downloadsQuery, statusQuery } from '../../lib/queries.ts'
import { t } from '../../strings/strings.ts'
import { DownloadRow } from './download-row.tsx'
import { hasEnded } from './download-view.ts'
import { orders } from './orders.ts'
import { inQueueOrder } from './queue-order.ts'
import { useDownloadActions } from './use-download-actions.ts'
import { useKeptPlace } from './use-kept-place.ts'

/** Every download that the server remembers. */
export function DownloadsSection() {
  const client = useQueryClient()
  const { data, error, isPending, failureCount, dataUpdatedAt, refetch } = useQuery(downloadsQuery)
  const { started } = useStored(orders.state)
  const isStale = use(FeedStateContext) === 'connecting' || failureCount > 0
  useEffect(() => {
    // The feed tells it too, where it is up.
    if (started > 0) void client.invalidateQueries({ queryKey: DOWNLOADS_KEY })
  }, [client, started])
  if (isPending) return <Skeleton />
  if (!data) return <ProblemCard error={error} title={t.downloads.list.error} onRetry={() => void refetch()} />
  if (data.downloads.length === 0) return <EmptyState title={t.downloads.empty.title} body={t.downloads.empty.body} />
  return (
    <div className={isStale ? 'grid grid-cols-1 gap-6 grayscale' : 'grid grid-cols-1 gap-6'}>
      {isStale ? (
        <p role="status" className="appear-late -mb-3 text-sm text-warn">
          {t.downloads.list.stale(new Date(dataUpdatedAt).toLocaleTimeString('en', { timeStyle: 'short' }))}
        </p>
      ) : null}
      <Lists downloads={data.downloads} />
    </div>
  )
}

function Lists({ downloads }: { readonly downloads: readonly Download[] }) {
  const { retryFailed, remove } = useDownloadActions()
  const list = useRef<HTMLDivElement>(null)
  const hearKeys = useKeptPlace(list)
  const ended = downloads.filter(hasEnded)
  const open = downloads.filter((each) => !hasEnded(each))
  const running = open.filter(({ state }) => state === 'running')
  const queued = inQueueOrder(open.filter(({ state }) => state !== 'running'))
  const waiting = queued.filter(({ state }) => state === 'waiting')
  const failed = ended.filter(({ state }) => state === 'failed')
  const finished = ended.filter(({ state }) => state !== 'failed')
  return (
    <div ref={list} onKeyDownCapture={hearKeys} className="grid grid-cols-1 gap-6">
      {open.length > 0 && (
        <section className="grid grid-cols-1 gap-3">
          <div className="flex flex-wrap items-baseline gap-x-3">
            <h2 className="text-base">{t.downloads.list.now}</h2>
            <span role="status" className="tabular text-sm text-muted">
              {t.downloads.list.counts(running.length, waiting.length)}
            </span>
            {waiting.length > 0 && <AtOnce />}
          </div>
          <ul className="grid grid-cols-1 gap-3">
            {[...running, ...queued].map((each) => (
              <DownloadRow key={each.jobId} download={each} waiting={waiting} />
            ))}
          </ul>
        </section>
      )}
      {ended.length > 0 && (
        <section className="grid grid-cols-1 gap-3">
          <div className="flex flex-wrap items-center gap-2">
            <h2 className="text-base">{t.downloads.list.ended}</h2>
            <span role="status" className="tabular mr-auto text-sm text-muted">
              {failed.length > 0 ? t.downloads.list.failed(failed.length) : null}
            </span>
            {failed.length > 1 && <Button onClick={retryFailed}>{t.downloads.list.retryAll}</Button>}
            {failed.length > 1 && (
              <Button look="quiet" onClick={() => remove(idsOf(failed))}>
                {t.downloads.list.clearFailed}
              </Button>
            )}
            {finished.length > 0 && (
              <Button look="quiet" onClick={() => remove(idsOf(finished))}>
                {t.downloads.list.clear}
              </Button>
            )}
          </div>
          <ul className="grid grid-cols-1 gap-3">
            {ended.map((each) => (
              <DownloadRow key={each.jobId} download={each} waiting={waiting} />
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

/** Why the others wait. */
function AtOnce() {
  const { data: status } = useQuery(statusQuery)
  const limit = status?.downloads?.governor.downloads
  if (!limit) return null
  const words = t.downloads.list
  return (
    <span className="text-sm text-muted">
      {limit.now < limit.most ? words.atOnceBusy(limit.now, limit.most) : words.atOnce(limit.now)}
    </span>
  )
}

function idsOf(downloads: readonly Download[]): string[] {
  return downloads.map(({ jobId }) => jobId)
}

/** The shape of rows. */
function Skeleton() {
  return (
    <div role="status" className="appear-late grid gap-3">
      <span className="sr-only">{t.common.loading}</span>
      {[0, 1].map((row) => (
        <div key={row} className="grid gap-2.5 rounded-2xl border border-line bg-panel p-4">
          <div className="h-4 w-1/2 rounded bg-raised" />
          <div className="h-3.5 w-2/3 rounded bg-raised" />
          <div className="h-1.5 rounded-full bg-raised" />
        </div>
      ))}
    </div>
  )
}
