import type { LucideIcon } from 'lucide-react'
import { useRef } from 'react'

interface BigActionProps {
  readonly Icon: LucideIcon
  readonly title: string
  readonly body: string
  readonly isMain?: boolean
  readonly disabled?: boolean
}

/** A large button with a glyph, a name and a sentence. */
export function BigAction({
  Icon,
  title,
  body,
  isMain = false,
  disabled = false,
  onClick,
}: BigActionProps & { readonly onClick: () => void }) {
  const edge = isMain ? 'border-dashed border-accent' : 'border-line'
  return (
    <button
      type="button"
      onClick={onClick}
      disabled={disabled}
      className={`grid w-full content-start justify-items-start gap-2 rounded-2xl border-2 bg-panel p-6 text-left transition-colors hover:bg-raised disabled:opacity-60 ${edge}`}
    >
      <Icon className="mb-1 size-8 text-accent-ink" aria-hidden="true" />
      <span className="text-lg font-semibold tracking-tight">{title}</span>
      <span className="text-sm text-muted">{body}</span>
    </button>
  )
}

/** The same, for choosing files. */
export function BigFileAction({ onFiles, ...rest }: BigActionProps & { readonly onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className="grid">
      <BigAction {...rest} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => onFiles([...(currentTarget.files ?? [])])}
      />
    </div>
  )
}
