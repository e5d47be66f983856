import { useSearchParams } from 'wouter'
import { VideoListQuery } from '../../../../src/surfaces/http/contract/video-requests.ts'
import type { LibraryFilter } from '../../lib/queries.ts'

export type SortName = NonNullable<LibraryFilter['sort']>
type Change = { readonly [Name in 'q' | 'state' | 'sort' | 'order']?: string | null }

/** The filter of the library, which lives in the address: `/?q=…&state=…&sort=…&order=…`. */
export function useFilter(): { readonly filter: LibraryFilter; readonly change: (change: Change) => void } {
  const [search, setSearch] = useSearchParams()
  const change = (wanted: Change) => {
    const next = new URLSearchParams(search)
    for (const [name, value] of Object.entries(wanted)) {
      if (value) next.set(name, value)
      else next.delete(name)
    }
    setSearch(next, { replace: true })
  }
  return { filter: filterOf(search), change }
}

/** What the address asks for; what it cannot mean is left out. */
function filterOf(search: URLSearchParams): LibraryFilter {
  const text = search.get('q')?.slice(0, 200)
  const { shape } = VideoListQuery
  const state = shape.state.safeParse(search.get('state') ?? undefined).data
  const sort = shape.sort.safeParse(search.get('sort') ?? undefined).data
  const order = shape.order.safeParse(search.get('order') ?? undefined).data
  return { ...(text && { text }), ...(state && { state }), ...(sort && { sort }), ...(order && { order }) }
}
