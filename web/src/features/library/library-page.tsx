import { useQuery } from '@tanstack/react-query'
import { ProblemCard } from '../../components/problem-card.tsx'
import { listQuery } from '../../lib/queries.ts'
import { t } from '../../strings/strings.ts'
import { EmptyLibrary } from './empty-library.tsx'
import { LibraryToolbar } from './library-toolbar.tsx'
import { NoMatch } from './no-match.tsx'
import { useFilter } from './use-filter.ts'
import { VideoGrid } from './video-grid.tsx'

/** All videos, as posters. */
export function LibraryPage({ onFiles }: { readonly onFiles: (files: File[]) => void }) {
  const { filter, change } = useFilter()
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...listQuery(filter, 0),
    placeholderData: (previous) => previous,
  })
  const isFiltered = Boolean(filter.text || filter.state)
  if (data?.total === 0 && !isFiltered && !isPlaceholderData) return <EmptyLibrary onFiles={onFiles} />
  return (
    <div className="mx-auto grid max-w-[110rem] grid-cols-1 gap-5">
      <LibraryToolbar filter={filter} change={change} total={data?.total} />
      {error ? <ProblemCard error={error} title={t.library.error} onRetry={() => void refetch()} /> : null}
      {data?.total === 0 && isFiltered && <NoMatch filter={filter} change={change} />}
      {(data ? data.total > 0 : !error) && <VideoGrid filter={filter} total={data?.total ?? SKELETONS} />}
    </div>
  )
}

/** Until the first answer, about a screen of skeletons. */
const SKELETONS = 12
