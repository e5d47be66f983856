import { ArrowUpDown, Search, X } from 'lucide-react'
import { ToggleGroup } from 'radix-ui'
import { Button, IconButton } from '../../components/button.tsx'
import { Menu, MenuChoices } from '../../components/menu.tsx'
import { PageTitle } from '../../components/page-title.tsx'
import type { LibraryFilter } from '../../lib/queries.ts'
import { t } from '../../strings/strings.ts'
import type { SortName, useFilter } from './use-filter.ts'
import { useSearchBox } from './use-search-box.ts'

type Change = ReturnType<typeof useFilter>['change']

const STATES = ['all', 'active', 'processing', 'error'] as const
const SORTS: readonly SortName[] = ['created', 'title', 'duration', 'size']

/** Title, count, search, state and order. */
export function LibraryToolbar({
  filter,
  change,
  total,
}: {
  readonly filter: LibraryFilter
  readonly change: Change
  readonly total: number | undefined
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-3">
      <div className="mr-auto flex items-baseline gap-3">
        <PageTitle title={t.library.title} />
        <span role="status" className="tabular text-sm text-muted">
          {total === undefined ? '' : t.library.count(total)}
        </span>
      </div>
      <SearchBox text={filter.text ?? ''} onText={(q) => change({ q })} />
      <ToggleGroup.Root
        type="single"
        aria-label={t.library.state}
        value={filter.state ?? 'all'}
        onValueChange={(value) => value && change({ state: value === 'all' ? null : value })}
        className="flex h-9 rounded-lg border max-md:order-2 max-md:w-full border-line bg-panel p-0.5 max-md:h-11"
      >
        {STATES.map((state) => (
          <ToggleGroup.Item
            key={state}
            value={state}
            className="flex-auto rounded-md px-2.5 whitespace-nowrap text-sm font-medium text-muted transition-colors hover:text-ink data-[state=on]:bg-raised data-[state=on]:text-ink"
          >
            {t.library.states[state]}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
      <SortMenu filter={filter} change={change} />
    </div>
  )
}

function SearchBox({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  const { input, value, type } = useSearchBox(text, onText)
  return (
    <div className="relative max-md:order-3 max-md:w-full">
      <Search className="absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted" aria-hidden="true" />
      <input
        ref={input}
        type="search"
        value={value}
        onChange={({ currentTarget }) => type(currentTarget.value)}
        placeholder={t.library.search}
        aria-label={t.library.search}
        title={t.library.searchKey}
        maxLength={200}
        className="h-9 w-64 rounded-lg border border-line bg-panel pr-9 pl-9 text-sm hover:border-muted max-md:h-11 max-md:w-full [&::-webkit-search-cancel-button]:hidden"
      />
      {value === '' ? null : (
        <IconButton label={t.library.clear} onClick={() => type('')} className="absolute top-0 right-0">
          <X className="size-4" aria-hidden="true" />
        </IconButton>
      )}
    </div>
  )
}

function SortMenu({ filter, change }: { readonly filter: LibraryFilter; readonly change: Change }) {
  const sort = filter.sort ?? 'created'
  const isReversed = filter.order === (sort === 'title' ? 'desc' : 'asc')
  const label = (isReversed ? t.library.reversed : t.library.sorts)[sort]
  const choices = SORTS.flatMap((each) => [
    { value: each, label: t.library.sorts[each] },
    { value: `${each} reversed`, label: t.library.reversed[each] },
  ])
  const choose = (value: string) => {
    const [name, reversed] = value.split(' ')
    const order = reversed ? (name === 'title' ? 'desc' : 'asc') : null
    change({ sort: name === 'created' ? null : (name ?? null), order })
  }
  return (
    <Menu
      label={t.library.sort}
      trigger={
        <Button aria-label={`${t.library.sort}: ${label}`} className="max-md:order-1">
          <ArrowUpDown className="size-4" aria-hidden="true" />
          {label}
        </Button>
      }
    >
      <MenuChoices value={isReversed ? `${sort} reversed` : sort} choices={choices} onChoose={choose} />
    </Menu>
  )
}
