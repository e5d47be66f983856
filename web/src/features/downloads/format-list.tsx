import { useId, useState } from 'react'
import type { LinkFormat } from '../../../../src/surfaces/http/contract/download.ts'
import { Button } from '../../components/button.tsx'
import { useStored } from '../../lib/external-store.ts'
import { formatBytes } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import { changeDraft, choose, draft } from './draft.ts'

const SHOWN = 5

/** The formats of an address, best first; none of them is chosen unless somebody wants one. */
export function FormatList({
  address,
  formats,
}: {
  readonly address: string
  readonly formats: readonly LinkFormat[]
}) {
  const [showsAll, setShowsAll] = useState(false)
  const { choices } = useStored(draft)
  const chosen = choices[address]?.formatId
  const words = t.downloads.info
  const shown = showsAll ? formats : formats.filter(({ id }, index) => index < SHOWN || id === chosen)
  const byPreset = () => {
    const { formatId: _, ...rest } = choices[address] ?? {}
    changeDraft({ choices: { ...choices, [address]: rest } })
  }
  return (
    <fieldset className="grid min-w-0 grid-cols-1 gap-1">
      <legend className="mb-1 text-sm font-medium">{words.formats}</legend>
      <Format label={words.byPreset} isChosen={chosen === undefined} group={address} onChoose={byPreset} />
      {shown.map(({ id, label, byteLength }) => (
        <Format
          key={id}
          label={label}
          size={byteLength === null ? words.unknownSize : formatBytes(byteLength)}
          isChosen={chosen === id}
          group={address}
          onChoose={() => choose(address, { formatId: id })}
        />
      ))}
      {shown.length < formats.length && (
        <Button look="quiet" className="justify-self-start" onClick={() => setShowsAll(true)}>
          {words.moreFormats(formats.length - shown.length)}
        </Button>
      )}
    </fieldset>
  )
}

function Format({
  label,
  size,
  isChosen,
  group,
  onChoose,
}: {
  readonly label: string
  readonly size?: string
  readonly isChosen: boolean
  readonly group: string
  readonly onChoose: () => void
}) {
  const name = useId()
  return (
    <label className="flex min-h-8 items-center gap-2.5 rounded-md px-1.5 text-sm hover:bg-raised max-md:min-h-11">
      <input
        type="radio"
        name={`format ${group}`}
        aria-labelledby={name}
        checked={isChosen}
        onChange={onChoose}
        className="size-4 shrink-0 accent-accent"
      />
      <span id={name} className="flex min-w-0 flex-1 flex-wrap justify-between gap-x-3">
        <span dir="auto">{label}</span>
        {size ? <span className="tabular text-muted">{size}</span> : null}
      </span>
    </label>
  )
}
