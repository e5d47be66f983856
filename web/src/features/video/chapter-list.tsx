import { Play } from 'lucide-react'
import type { Chapter } from '../../../../src/surfaces/http/contract/video.ts'
import { formatClock } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'

export function ChapterList({
  chapters,
  onChapter,
}: {
  readonly chapters: readonly Chapter[]
  readonly onChapter: (sec: number) => void
}) {
  if (chapters.length === 0) return <p className="text-sm text-muted">{t.video.chapters.none}</p>
  return (
    <ol className="grid gap-1 md:grid-cols-2">
      {chapters.map(({ startSec, endSec, title }) => (
        <li key={startSec}>
          <button
            type="button"
            onClick={() => onChapter(startSec)}
            className="group flex h-11 w-full items-center gap-3 rounded-lg px-3 text-left text-sm hover:bg-raised"
          >
            <span className="sr-only">{t.video.chapters.play}</span>
            <Play className="size-4 text-muted group-hover:text-accent-ink" aria-hidden="true" />
            <span className="tabular w-16 text-muted">{formatClock(startSec)}</span>
            <bdi className="min-w-0 flex-1 truncate font-medium">{title}</bdi>
            <span className="tabular text-xs text-muted">{formatClock(endSec - startSec)}</span>
          </button>
        </li>
      ))}
    </ol>
  )
}
