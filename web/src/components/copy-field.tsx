import { Copy } from 'lucide-react'
import { useId } from 'react'
import { copyText } from '../lib/copy-text.ts'
import { t } from '../strings/strings.ts'
import { Button } from './button.tsx'

/** An address that is there to be copied. */
export function CopyField({ label, value }: { readonly label: string; readonly value: string }) {
  const id = useId()
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          readOnly
          value={value}
          onFocus={({ currentTarget }) => currentTarget.select()}
          className="h-9 min-w-0 flex-1 rounded-lg border border-line bg-panel px-3 font-mono text-xs max-md:h-11"
        />
        <Button onClick={() => void copyText(value)} aria-label={`${t.common.copy}: ${label}`}>
          <Copy className="size-4" aria-hidden="true" />
          {t.common.copy}
        </Button>
      </div>
    </div>
  )
}
