import { Hourglass, X } from 'lucide-react'
import { Button, IconButton } from '../../components/button.tsx'
import { FaultText } from '../../components/problem-card.tsx'
import { useStored } from '../../lib/external-store.ts'
import { useNow } from '../../lib/use-now.ts'
import { t } from '../../strings/strings.ts'
import { shortAddress } from './addresses.ts'
import { orders } from './orders.ts'

/** What the server has not taken yet, with the seconds until it does, and what it refused. */
export function HandingIn() {
  const { waiting, nextAtMs, why, failed } = useStored(orders.state)
  const nowMs = useNow(nextAtMs !== null)
  const words = t.downloads.sending
  return (
    <>
      {waiting.length > 0 && (
        <section className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-xl border border-line bg-panel px-4 py-2.5">
          <Hourglass className="size-4.5 shrink-0 text-muted" aria-hidden="true" />
          <div className="min-w-0 flex-1 text-sm">
            <h2 className="text-sm font-medium">{words.title(waiting.length)}</h2>
            <p className="tabular text-muted" role="timer">
              {nextAtMs === null ? words.now : words.waiting(why, Math.max(0, Math.ceil((nextAtMs - nowMs) / 1000)))}
            </p>
          </div>
          <Button look="quiet" onClick={() => orders.drop()}>
            {words.drop}
          </Button>
        </section>
      )}
      {failed.map(({ id, order, fault }) => (
        <section
          key={id}
          role="alert"
          className="flex gap-3 rounded-xl border border-bad/40 bg-bad-soft py-2.5 pr-2 pl-4"
        >
          <div className="min-w-0 flex-1">
            <h2 className="text-sm">{words.failed(shortAddress(order.url))}</h2>
            <FaultText fault={fault} />
          </div>
          <Button
            onClick={() => {
              orders.dismiss(id)
              orders.add([order])
            }}
          >
            {t.downloads.row.retry}
          </Button>
          <IconButton label={words.dismiss} onClick={() => orders.dismiss(id)}>
            <X className="size-4" aria-hidden="true" />
          </IconButton>
        </section>
      ))}
    </>
  )
}
