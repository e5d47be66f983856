import { ShieldAlert } from 'lucide-react'
import { t } from '../strings/strings.ts'

/** Until there is a login, an open door is said loudly. */
export function NetworkBanner() {
  return (
    <div
      role="alert"
      className="flex items-start gap-3 border-b border-warn/40 bg-warn-soft px-4 py-2.5 text-sm md:px-8"
    >
      <ShieldAlert className="mt-0.5 size-5 shrink-0 text-warn" aria-hidden="true" />
      <p>
        <strong className="font-semibold">{t.network.title}</strong>{' '}
        <span className="text-muted">{t.network.body}</span>
      </p>
    </div>
  )
}
