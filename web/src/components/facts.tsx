import type { ReactNode } from 'react'

/** Names and values, in as many columns as there is room for. */
export function Facts({
  facts,
  isDense = false,
}: {
  readonly facts: readonly (readonly [name: string, value: ReactNode])[]
  /** The values are short. */
  readonly isDense?: boolean
}) {
  const columns = isDense
    ? 'grid-cols-[repeat(auto-fill,minmax(7rem,1fr))] gap-x-4'
    : 'grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-x-6 max-md:grid-cols-2 max-md:gap-x-4'
  return (
    <dl className={`grid gap-y-3 text-sm ${columns}`}>
      {facts.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="tabular" dir="auto">
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
