import { Play } from 'lucide-react'
import { Button } from '../../components/button.tsx'
import { formatClock } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'

/** Before the first frame: a large button, and where this browser stopped last time. */
export function StartOverlay({
  resumeAtSec,
  onPlay,
}: {
  readonly resumeAtSec: number | null
  readonly onPlay: (fromSec: number) => void
}) {
  if (resumeAtSec === null) {
    return (
      <button
        type="button"
        aria-label={t.player.play}
        onClick={() => onPlay(0)}
        className="absolute inset-0 grid place-items-center bg-black/20 -outline-offset-4"
      >
        <span className="grid size-18 place-items-center rounded-full bg-accent text-on-accent transition-transform duration-150 hover:scale-105 max-md:size-14">
          <Play className="ml-1 size-8 fill-current max-md:size-6" aria-hidden="true" />
        </span>
      </button>
    )
  }
  return (
    <div className="absolute inset-0 grid place-content-center justify-items-center gap-3 bg-black/60 p-4">
      <p className="tabular text-white">{t.player.resume.question(formatClock(resumeAtSec))}</p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button look="primary" onClick={() => onPlay(resumeAtSec)}>
          <Play className="size-4 fill-current" aria-hidden="true" />
          {t.player.resume.yes}
        </Button>
        <Button onClick={() => onPlay(0)}>{t.player.resume.no}</Button>
      </div>
    </div>
  )
}
