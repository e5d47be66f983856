import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { type ReactNode, useRef } from 'react'
import { t } from '../strings/strings.ts'
import { IconButton } from './button.tsx'

/**
 * A dialog with a title. The backdrop is ours: the one of the library locks scrolling by an inline style sheet, which our
 * Content-Security-Policy refuses. Closed, it gives the focus back to what opened it.
 */
export function Sheet({
  open,
  onOpenChange,
  title,
  children,
  container,
}: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly children: ReactNode
  readonly container?: HTMLElement | null | undefined
}) {
  const opener = useRef<HTMLElement | null>(null)
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal container={container ?? null}>
        <div className="fixed inset-0 z-50 bg-black/55" aria-hidden="true" />
        <Dialog.Content
          aria-describedby={undefined}
          onOpenAutoFocus={() => {
            opener.current = openerOf(document.activeElement)
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            const back = opener.current?.isConnected ? opener.current : container
            back?.focus({ preventScroll: true })
          }}
          className="float-shadow pop-in fixed top-1/2 left-1/2 z-50 max-h-[85dvh] w-[min(30rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-2xl border border-line bg-panel p-5 text-ink"
        >
          <div className="mb-3 flex items-center justify-between">
            <Dialog.Title className="text-lg">{title}</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label={t.common.close}>
                <X className="size-4.5" aria-hidden="true" />
              </IconButton>
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** What had the focus; of an item in a menu, which closes, the button that the menu belongs to. */
function openerOf(focused: Element | null): HTMLElement | null {
  const menu = focused?.closest('[role="menu"]')
  if (menu) return document.getElementById(menu.getAttribute('aria-labelledby') ?? '')
  return focused instanceof HTMLElement && focused !== document.body ? focused : null
}
