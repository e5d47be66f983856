import type { ReactNode } from 'react'
import { Facts } from '../../components/facts.tsx'

/** A figure with its limit, and what stands behind it. */
export function FigureCard({
  title,
  figure,
  meter,
  facts,
  children,
  className = '',
}: {
  readonly title: string
  readonly figure: ReactNode
  readonly meter?: { readonly value: number; readonly most: number }
  readonly facts: readonly (readonly [name: string, value: ReactNode])[]
  readonly children?: ReactNode
  readonly className?: string
}) {
  return (
    <section
      aria-label={title}
      className={`grid grid-cols-1 content-start gap-3 rounded-2xl border border-line bg-panel p-4 ${className}`}
    >
      <div>
        <h2 className="text-sm font-medium text-muted">{title}</h2>
        <p className="tabular text-2xl font-semibold tracking-tight">{figure}</p>
      </div>
      {meter ? <Meter {...meter} /> : null}
      {facts.length > 0 && <Facts facts={facts} isDense />}
      {children}
    </section>
  )
}

/** How much of a limit is used; the facts below say it in words. */
function Meter({ value, most }: { readonly value: number; readonly most: number }) {
  const percent = most > 0 ? Math.min(100, (value / most) * 100) : 0
  return (
    <div aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-raised">
      <div className="h-full rounded-full bg-accent" style={{ width: `${percent}%` }} />
    </div>
  )
}
