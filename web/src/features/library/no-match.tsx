import { X } from 'lucide-react'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import type { LibraryFilter } from '../../lib/queries.ts'
import { t } from '../../strings/strings.ts'
import type { useFilter } from './use-filter.ts'

/** The filters hide everything: says which, and lets them be dropped one by one. */
export function NoMatch({
  filter,
  change,
}: {
  readonly filter: LibraryFilter
  readonly change: ReturnType<typeof useFilter>['change']
}) {
  const filters = [
    ...(filter.text ? [['q', `“${filter.text}”`] as const] : []),
    ...(filter.state ? [['state', t.library.states[filter.state]] as const] : []),
  ]
  return (
    <EmptyState title={t.library.noMatch.title} body={t.library.noMatch.body}>
      <div className="flex max-w-full flex-wrap justify-center gap-2">
        {filters.map(([name, label]) => (
          <Button
            key={name}
            aria-label={t.library.noMatch.drop(label)}
            onClick={() => change({ [name]: null })}
            className="max-w-full"
          >
            <bdi className="truncate">{label}</bdi>
            <X className="size-4 shrink-0" aria-hidden="true" />
          </Button>
        ))}
        {filters.length > 1 && (
          <Button look="quiet" onClick={() => change({ q: null, state: null })}>
            {t.library.noMatch.all}
          </Button>
        )}
      </div>
    </EmptyState>
  )
}
