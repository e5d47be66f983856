import { ClipboardCopy, RotateCw, TvMinimalPlay, TriangleAlert } from 'lucide-react'
import { Button, buttonClass } from '../../components/button.tsx'
import { copyText } from '../../lib/copy-text.ts'
import type { Fault } from '../../lib/problem-error.ts'
import { vlcUrl } from '../../lib/vlc.ts'
import { t } from '../../strings/strings.ts'

/** Another player has a way with these. */
const OF_THE_BROWSER: ReadonlySet<string> = new Set(['codec', 'media', 'player', 'unsupported'])

/** What cannot be played here or does not come, in plain words, with the ways out. */
export function PlayerFault({
  fault,
  playlistUrl,
  report,
  onRetry,
}: {
  readonly fault: Fault
  readonly playlistUrl: string
  readonly report: string
  readonly onRetry: () => void
}) {
  const words = t.player.error
  const isOfBrowser = OF_THE_BROWSER.has(fault.code)
  const again = (
    <Button look={isOfBrowser ? 'quiet' : 'primary'} onClick={onRetry}>
      <RotateCw className="size-4" aria-hidden="true" />
      {words.retry}
    </Button>
  )
  return (
    <div
      role="alert"
      className="absolute inset-0 z-20 grid place-content-center-safe justify-items-center gap-3 overflow-y-auto bg-black/85 p-6 text-center"
    >
      <TriangleAlert className="size-9 text-warn max-md:hidden" aria-hidden="true" />
      <h2 className="text-lg">{isOfBrowser ? words.title : words.notGiven}</h2>
      <p className="max-w-md text-sm text-balance text-muted">{fault.message}</p>
      {fault.why ? (
        <p className="line-clamp-2 max-w-md font-mono text-xs text-muted max-md:hidden">[{fault.why}]</p>
      ) : null}
      {fault.fix ? (
        <p className="max-w-md text-sm text-balance text-muted">
          <span className="font-medium text-ink">{t.faults.fix}</span> {fault.fix}
        </p>
      ) : null}
      <div className="flex flex-wrap justify-center gap-2">
        {isOfBrowser ? (
          <a href={vlcUrl(playlistUrl)} className={buttonClass('primary')}>
            <TvMinimalPlay className="size-4" aria-hidden="true" />
            {words.vlc}
          </a>
        ) : (
          again
        )}
        <Button onClick={() => void copyText(report, t.faults.copied)}>
          <ClipboardCopy className="size-4" aria-hidden="true" />
          {words.copy}
        </Button>
        {isOfBrowser ? again : null}
      </div>
    </div>
  )
}
