import { useState } from 'react'
import type { LinkInfo } from '../../../../src/surfaces/http/contract/download.ts'
import { Button } from '../../components/button.tsx'
import { CheckBox } from '../../components/check-box.tsx'
import { useStored } from '../../lib/external-store.ts'
import { formatClock } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import { choose, draft } from './draft.ts'
import { clickEntry } from './entry-selection.ts'

/** What a page that is a list holds; all of it is chosen at first. */
export function EntryList({ address, entries }: { readonly address: string; readonly entries: LinkInfo['entries'] }) {
  const { choices } = useStored(draft)
  const [anchor, setAnchor] = useState<number | null>(null)
  const shown = entries.map(({ number }) => number)
  const chosen = new Set(choices[address]?.entries ?? shown)
  const words = t.downloads.entries
  const take = (numbers: Iterable<number>) => choose(address, { entries: [...numbers].sort((a, b) => a - b) })
  const click = (number: number, shift: boolean) => {
    const next = clickEntry({ chosen, anchor }, number, { shift, shown })
    setAnchor(next.anchor)
    take(next.chosen)
  }
  return (
    <fieldset className="grid min-w-0 grid-cols-1 gap-2">
      <legend className="mb-1 text-sm font-medium">{words.title(chosen.size, entries.length)}</legend>
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={() => take(shown)}>{words.all}</Button>
        <Button onClick={() => take([])}>{words.none}</Button>
        <span className="text-xs text-muted max-md:hidden">{words.hint}</span>
      </div>
      <ol className="max-h-72 overflow-y-auto rounded-lg border border-line px-3 py-1.5">
        {entries.map(({ number, title, durationSec }) => (
          <li key={number} className="py-0.5">
            <CheckBox
              isChecked={chosen.has(number)}
              onTick={(_, shift) => click(number, shift)}
              label={
                <span className="flex gap-2">
                  <span className="tabular w-8 shrink-0 text-right text-muted">{number}</span>
                  <span className="min-w-0 flex-1 truncate" dir="auto">
                    {title}
                  </span>
                  {durationSec === null ? null : <span className="tabular text-muted">{formatClock(durationSec)}</span>}
                </span>
              }
            />
          </li>
        ))}
      </ol>
    </fieldset>
  )
}
