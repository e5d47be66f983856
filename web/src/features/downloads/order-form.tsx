import { Play, Search } from 'lucide-react'
import { type FormEvent, useId } from 'react'
import { Button } from '../../components/button.tsx'
import { useStored } from '../../lib/external-store.ts'
import { t } from '../../strings/strings.ts'
import { addressesIn } from './addresses.ts'
import { changeDraft, draft, lookAt, start } from './draft.ts'
import { DownloadOptions } from './download-options.tsx'
import { LinkCard } from './link-card.tsx'
import { faultsIn } from './order-of.ts'

const MOST_ROWS = 8

/** One box for one or many addresses, what each of them is, and how to fetch them. */
export function OrderForm() {
  const { text, wishes, choices } = useStored(draft)
  const { addresses, refused } = addressesIn(text)
  const hasEmptyList = addresses.some((address) => choices[address]?.entries?.length === 0)
  const canStart = addresses.length > 0 && faultsIn(wishes).length === 0 && !hasEmptyList
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (canStart) start()
  }
  return (
    <form onSubmit={submit} className="grid grid-cols-1 gap-4 rounded-2xl border border-line bg-panel p-4 md:p-5">
      <AddressBox
        text={text}
        refused={refused}
        hasAddress={addresses.length > 0}
        onSubmit={() => canStart && start()}
      />
      {addresses.length > 0 && (
        <ul
          className="-m-1 grid max-h-[min(36rem,70dvh)] grid-cols-1 gap-2 overflow-y-auto p-1"
          aria-label={t.downloads.info.title}
        >
          {addresses.map((address) => (
            <LinkCard key={address} address={address} isOnly={addresses.length === 1} />
          ))}
        </ul>
      )}
      <DownloadOptions isOnly={addresses.length <= 1} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" disabled={!canStart}>
          <Play className="size-4 fill-current" aria-hidden="true" />
          {addresses.length > 1 ? t.downloads.box.startMany(addresses.length) : t.downloads.box.start}
        </Button>
        <Button disabled={addresses.length === 0} onClick={() => lookAt(addresses)}>
          <Search className="size-4" aria-hidden="true" />
          {t.downloads.box.look}
        </Button>
        {text === '' ? null : (
          <Button look="quiet" onClick={() => changeDraft({ text: '', looks: {}, choices: {} })}>
            {t.downloads.box.clear}
          </Button>
        )}
      </div>
    </form>
  )
}

function AddressBox({
  text,
  refused,
  hasAddress,
  onSubmit,
}: {
  readonly text: string
  readonly refused: readonly string[]
  readonly hasAddress: boolean
  readonly onSubmit: () => void
}) {
  const id = useId()
  const words = t.downloads.box
  const isWrong = text.trim() !== '' && !hasAddress
  const rows = Math.min(MOST_ROWS, Math.max(2, text.split('\n').length))
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {words.label}
      </label>
      <textarea
        id={id}
        rows={rows}
        value={text}
        spellCheck={false}
        autoComplete="off"
        placeholder={words.placeholder}
        aria-describedby={`${id}-hint`}
        aria-invalid={isWrong}
        onChange={({ currentTarget }) => changeDraft({ text: currentTarget.value })}
        onKeyDown={({ key, ctrlKey, metaKey }) => key === 'Enter' && (ctrlKey || metaKey) && onSubmit()}
        className="w-full resize-y rounded-lg border border-line bg-canvas px-3 py-2 font-mono text-sm leading-6 hover:border-muted aria-invalid:border-bad"
      />
      <p id={`${id}-hint`} role="status" className={`text-xs ${isWrong ? 'text-bad' : 'text-muted'}`}>
        {isWrong && refused.every(isPlain) ? words.none : refused.length > 0 ? leftOut(refused) : words.hint}
      </p>
    </div>
  )
}

/** What was left out, and why. It may be long, and what looks like a password is not repeated. */
function leftOut(words: readonly string[]): string {
  const plain = words.filter(isPlain)
  const shown = plain.slice(0, 3).map((word) => (word.length > 30 ? `${word.slice(0, 30)}…` : word))
  const list = shown.join(', ') + (plain.length > shown.length ? ' …' : '')
  const secret = words.length - plain.length
  return [plain.length > 0 ? t.downloads.box.refused(list) : '', secret > 0 ? t.downloads.box.credentials(secret) : '']
    .filter(Boolean)
    .join(' · ')
}

function isPlain(word: string): boolean {
  return !word.includes('@')
}
