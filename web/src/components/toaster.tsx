import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { Toast } from 'radix-ui'
import { dismissToast, useToasts } from '../lib/toasts.ts'
import { t } from '../strings/strings.ts'
import { Button, IconButton } from './button.tsx'

const DEFAULT_MS = 5000

/** What passes, at the foot of the page; F8 leads to it. */
export function Toaster() {
  const toasts = useToasts()
  return (
    <Toast.Provider label={t.toasts.label} swipeDirection="down" duration={DEFAULT_MS}>
      {toasts.map(({ id, message, detail, tone = 'plain', action, durationMs = DEFAULT_MS }) => (
        <Toast.Root
          key={id}
          duration={durationMs}
          type={tone === 'bad' ? 'foreground' : 'background'}
          onOpenChange={(open) => {
            if (!open) dismissToast(id)
          }}
          className="float-shadow pop-in flex items-center gap-3 rounded-xl border border-line bg-panel py-2 pr-2 pl-4 text-sm"
        >
          {tone === 'good' && <CircleCheck className="size-4.5 shrink-0 text-good" aria-hidden="true" />}
          {tone === 'bad' && <CircleAlert className="size-4.5 shrink-0 text-bad" aria-hidden="true" />}
          <div className="min-w-0 flex-1 py-1.5">
            <Toast.Title className="line-clamp-4 font-medium">{message}</Toast.Title>
            {detail ? <Toast.Description className="text-muted">{detail}</Toast.Description> : null}
          </div>
          {action ? (
            <Toast.Action asChild altText={action.label}>
              <Button onClick={action.run}>{action.label}</Button>
            </Toast.Action>
          ) : null}
          <Toast.Close asChild>
            <IconButton label={t.toasts.close}>
              <X className="size-4" aria-hidden="true" />
            </IconButton>
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="safe-bottom fixed right-4 bottom-4 z-60 flex w-[min(26rem,calc(100vw-2rem))] flex-col gap-2 outline-none max-md:bottom-20" />
    </Toast.Provider>
  )
}
