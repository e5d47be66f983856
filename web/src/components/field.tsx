import { type InputHTMLAttributes, type ReactNode, useId } from 'react'

const INPUT =
  'min-w-0 rounded-lg border border-line bg-panel px-3 text-sm hover:border-muted aria-invalid:border-bad w-full'

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onText: (text: string) => void
  readonly hint?: string
  readonly placeholder?: string
  readonly inputMode?: InputHTMLAttributes<HTMLInputElement>['inputMode']
}

/** A line of text with its label, and below it what is expected. */
export function Field({ label, value, onText, hint, ...rest }: FieldProps) {
  return (
    <Labelled label={label} hint={hint}>
      {(ids) => (
        <input
          {...ids}
          {...rest}
          value={value}
          spellCheck={false}
          autoComplete="off"
          onChange={({ currentTarget }) => onText(currentTarget.value)}
          className={`${INPUT} h-9 max-md:h-11`}
        />
      )}
    </Labelled>
  )
}

/** The same for several lines. */
export function LinesField({ label, value, onText, hint, rows = 3 }: FieldProps & { readonly rows?: number }) {
  return (
    <Labelled label={label} hint={hint}>
      {(ids) => (
        <textarea
          {...ids}
          rows={rows}
          value={value}
          spellCheck={false}
          autoComplete="off"
          onChange={({ currentTarget }) => onText(currentTarget.value)}
          className={`${INPUT} resize-y py-2 font-mono text-xs leading-5`}
        />
      )}
    </Labelled>
  )
}

function Labelled({
  label,
  hint,
  children,
}: {
  readonly label: string
  readonly hint: string | undefined
  readonly children: (ids: { id: string; 'aria-describedby'?: string }) => ReactNode
}) {
  const id = useId()
  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children(hint ? { id, 'aria-describedby': `${id}-hint` } : { id })}
      {hint ? (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      ) : null}
    </div>
  )
}
