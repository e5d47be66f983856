import { CloudUpload } from 'lucide-react'
import { t } from '../strings/strings.ts'

/** Lies over the page while files hang over it; lets the drop through to what is below. */
export function DropOverlay() {
  return (
    <div className="pointer-events-none fixed inset-0 z-50 grid place-items-center bg-canvas/85 p-4">
      <div className="pop-in grid h-full w-full place-content-center justify-items-center gap-3 rounded-3xl border-2 border-dashed border-accent text-center">
        <CloudUpload className="size-14 text-accent-ink" aria-hidden="true" />
        <p className="text-2xl font-semibold tracking-tight">{t.drop.title}</p>
        <p className="text-muted">{t.drop.body}</p>
      </div>
    </div>
  )
}
