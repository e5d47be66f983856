import { RotateCw, Square } from 'lucide-react'
import type { Download } from '../../../../src/surfaces/http/contract/download.ts'
import { Button } from '../../components/button.tsx'
import { toast } from '../../lib/toasts.ts'
import { t } from '../../strings/strings.ts'
import { causeOf } from './causes.ts'
import { canBeEnded, downloadName } from './download-view.ts'
import { startAnew } from './draft.ts'
import { orders } from './orders.ts'
import { useDownloadActions } from './use-download-actions.ts'

/** Why it failed, and what helps. */
export function CauseCard({ download }: { readonly download: Download }) {
  const { act, allowGaps } = useDownloadActions()
  const { jobId, failure } = download
  const { title, body, remedies } = causeOf(failure?.code ?? '')
  const words = t.downloads.causes
  const name = downloadName(download)
  return (
    <div role="alert" className="grid gap-2 rounded-lg bg-bad-soft px-3 py-2.5 text-sm">
      <p className="font-medium">
        {title} <span className="font-mono text-xs font-normal text-muted">[{failure?.code}]</span>
      </p>
      {body === '' ? null : <p>{body}</p>}
      {failure ? (
        <p className="text-muted" dir="auto">
          {failure.message}
        </p>
      ) : null}
      {(remedies.length > 0 || canBeEnded(download)) && (
        <div className="flex flex-wrap gap-2 pt-0.5">
          {remedies.includes('allow-gaps') && (
            <Button aria-label={t.downloads.row.of(words.allowGaps, name)} onClick={() => allowGaps(jobId)}>
              {words.allowGaps}
            </Button>
          )}
          {remedies.includes('retry') && (
            <Button aria-label={t.downloads.row.of(words.retry, name)} onClick={() => act(jobId, 'retry')}>
              <RotateCw className="size-4" aria-hidden="true" />
              {words.retry}
            </Button>
          )}
          {canBeEnded(download) && (
            <Button aria-label={t.downloads.row.of(t.downloads.row.endNow, name)} onClick={() => act(jobId, 'finish')}>
              <Square className="size-4 fill-current" aria-hidden="true" />
              {t.downloads.row.endNow}
            </Button>
          )}
          {remedies.includes('change') && <Button onClick={() => toForm(download)}>{words.anew}</Button>}
        </div>
      )}
    </div>
  )
}

/** Back into the box at the top, to be changed there. */
function toForm({ jobId, url }: Download): void {
  const order = orders.orderOf(jobId)
  startAnew(url, order)
  toast(order ? t.downloads.causes.anewHint : t.downloads.causes.anewWithout)
  const box = document.querySelector<HTMLElement>('main textarea')
  box?.focus()
  box?.scrollIntoView({ block: 'center' })
}
