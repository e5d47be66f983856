import { type ReactNode, useId } from 'react'

/** A box to tick, with its label and a word on what it does. */
export function CheckBox({
  label,
  isChecked,
  onTick,
  hint,
}: {
  readonly label: ReactNode
  readonly isChecked: boolean
  /** `shift`: the key was down, as for a range. */
  readonly onTick: (isChecked: boolean, shift: boolean) => void
  readonly hint?: string
}) {
  const id = useId()
  return (
    <div className="grid grid-cols-1 gap-0.5">
      <label className="flex min-h-6 items-center gap-2.5 text-sm select-none max-md:min-h-11">
        <input
          type="checkbox"
          checked={isChecked}
          aria-describedby={hint ? id : undefined}
          onChange={({ currentTarget, nativeEvent }) =>
            onTick(currentTarget.checked, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
          }
          className="size-4 shrink-0 accent-accent max-md:size-5"
        />
        <span className="min-w-0 flex-1">{label}</span>
      </label>
      {hint ? (
        <p id={id} className="pl-6.5 text-xs text-muted">
          {hint}
        </p>
      ) : null}
    </div>
  )
}
