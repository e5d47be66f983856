import { Check } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { type ReactNode, useState } from 'react'

const ITEM =
  'flex min-h-9 max-md:min-h-11 items-center gap-2.5 rounded-md px-2.5 text-sm outline-none select-none data-highlighted:bg-raised data-disabled:text-muted data-disabled:cursor-default'

/**
 * A menu behind a button. Not modal: a modal one would lock scrolling by an inline style sheet, which our
 * Content-Security-Policy refuses.
 */
export function Menu({
  trigger,
  children,
  container,
  align = 'end',
  side = 'bottom',
  label,
  onOpenChange,
}: {
  readonly trigger: ReactNode
  readonly children: ReactNode
  /** Where the menu is put; inside the element that is in full screen, else nobody sees it. */
  readonly container?: HTMLElement | null | undefined
  readonly align?: 'start' | 'end' | 'center'
  readonly side?: 'top' | 'bottom'
  readonly label?: string
  readonly onOpenChange?: (open: boolean) => void
}) {
  const [place, setPlace] = useState<HTMLElement | null>(null)
  return (
    <DropdownMenu.Root
      modal={false}
      onOpenChange={(open) => {
        // Within a landmark, where those who listen to the page find it.
        if (open) setPlace(document.getElementById('main'))
        onOpenChange?.(open)
      }}
    >
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={container ?? place}>
        <DropdownMenu.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
          className="float-shadow pop-in z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-xl border border-line bg-panel p-1.5 text-ink"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export function MenuItem({
  icon,
  children,
  onSelect,
  danger = false,
  disabled = false,
}: {
  readonly icon?: ReactNode
  readonly children: ReactNode
  readonly onSelect: () => void
  readonly danger?: boolean
  readonly disabled?: boolean
}) {
  return (
    <DropdownMenu.Item
      className={`${ITEM} ${danger ? 'text-bad data-highlighted:bg-bad-soft' : ''}`}
      onSelect={onSelect}
      disabled={disabled}
    >
      {icon}
      {children}
    </DropdownMenu.Item>
  )
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <DropdownMenu.Label className="px-2.5 pt-1.5 pb-1 text-xs text-muted">{children}</DropdownMenu.Label>
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1.5 h-px bg-line" />
}

export interface MenuChoice {
  readonly value: string
  readonly label: ReactNode
  /** Second line, small: why it cannot be chosen, what it is. */
  readonly note?: string | null | undefined
  readonly disabled?: boolean
}

/** One of several. */
export function MenuChoices({
  value,
  choices,
  onChoose,
}: {
  readonly value: string
  readonly choices: readonly MenuChoice[]
  readonly onChoose: (value: string) => void
}) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={onChoose}>
      {choices.map(({ value: each, label, note, disabled = false }) => (
        <DropdownMenu.RadioItem key={each} value={each} disabled={disabled} className={`${ITEM} relative pr-9`}>
          <span className="grid py-1 leading-tight">
            <span>{label}</span>
            {note ? <span className="text-xs text-muted">{note}</span> : null}
          </span>
          <DropdownMenu.ItemIndicator className="absolute right-2.5 text-accent-ink">
            <Check className="size-4" aria-hidden="true" />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  )
}
