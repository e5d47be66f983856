import { CircleAlert, ClipboardCopy, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { copyText } from '../lib/copy-text.ts'
import { type Fault, faultOf } from '../lib/problem-error.ts'
import { t } from '../strings/strings.ts'
import { Button } from './button.tsx'

/** What went wrong, why, and what mends it. */
export function FaultText({ fault }: { readonly fault: Fault }) {
  return (
    <div className="min-w-0 text-sm">
      <p className="font-medium text-ink" dir="auto">
        {fault.message} <span className="font-mono text-xs font-normal text-muted">[{fault.code}]</span>
      </p>
      {fault.why ? (
        <p className="mt-1 text-muted" dir="auto">
          <span className="font-medium text-ink">{t.faults.why}</span> {fault.why}
        </p>
      ) : null}
      {fault.fix ? (
        <p className="mt-1 text-muted" dir="auto">
          <span className="font-medium text-ink">{t.faults.fix}</span> {fault.fix}
        </p>
      ) : null}
    </div>
  )
}

/** A fault with the ways on. A part of the page fails alone, never the page. */
export function ProblemCard({
  error,
  title,
  onRetry,
  children,
}: {
  readonly error: unknown
  readonly title?: string
  readonly onRetry?: () => void
  readonly children?: ReactNode
}) {
  const fault = faultOf(error)
  return (
    <section role="alert" className="flex gap-3 rounded-xl border border-bad/40 bg-bad-soft p-4">
      <CircleAlert className="mt-0.5 size-5 shrink-0 text-bad" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        {title ? <h2 className="mb-1 text-base">{title}</h2> : null}
        <FaultText fault={fault} />
        <div className="mt-3 flex flex-wrap gap-2">
          {onRetry ? (
            <Button onClick={onRetry}>
              <RotateCw className="size-4" aria-hidden="true" />
              {t.faults.retry}
            </Button>
          ) : null}
          <Button look="quiet" onClick={() => void copyText(reportOf(fault), t.faults.copied)}>
            <ClipboardCopy className="size-4" aria-hidden="true" />
            {t.faults.copy}
          </Button>
          {children}
        </div>
      </div>
    </section>
  )
}

/** What helps whoever is asked; no address, no title. */
function reportOf(fault: Fault): string {
  const { code, message, why, fix, requestId } = fault
  const lines = { code, message, why, fix, requestId, browser: navigator.userAgent, at: new Date().toISOString() }
  return Object.entries(lines)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
