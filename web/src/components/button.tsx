import type { ButtonHTMLAttributes, Ref } from 'react'

export type ButtonLook = 'primary' | 'plain' | 'quiet' | 'danger'

const BASE =
  'inline-flex items-center justify-center gap-2 rounded-lg text-sm font-medium whitespace-nowrap select-none transition-colors duration-150 disabled:opacity-50'
const LOOKS: Readonly<Record<ButtonLook, string>> = {
  primary: 'bg-accent text-on-accent hover:brightness-110 active:brightness-95',
  plain: 'bg-raised text-ink border border-line hover:border-muted',
  quiet: 'text-muted hover:text-ink hover:bg-raised',
  danger: 'text-bad hover:bg-bad-soft',
}

/** The classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = 'plain', iconOnly = false): string {
  return `${BASE} ${LOOKS[look]} ${iconOnly ? 'size-9 max-md:size-11' : 'h-9 max-md:h-11 px-3.5'}`
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', className = '', ...rest }: ButtonProps) {
  return <button type="button" className={`${buttonClass(look)} ${className}`} {...rest} />
}

/** A button that is only a glyph; its label is read aloud and shown on hover. */
export function IconButton({
  look = 'quiet',
  label,
  className = '',
  ...rest
}: ButtonProps & { readonly label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`${buttonClass(look, true)} shrink-0 ${className}`}
      {...rest}
    />
  )
}
