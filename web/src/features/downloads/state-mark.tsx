import {
  CircleAlert,
  CircleCheck,
  CirclePause,
  CircleSlash,
  Clock,
  Disc,
  Download,
  type LucideIcon,
  TriangleAlert,
} from 'lucide-react'
import { t } from '../../strings/strings.ts'
import type { ShownState } from './download-view.ts'

const MARKS: Readonly<Record<ShownState, readonly [LucideIcon, colour: string]>> = {
  waiting: [Clock, 'text-muted'],
  running: [Download, 'text-accent-ink'],
  recording: [Disc, 'text-bad'],
  paused: [CirclePause, 'text-muted'],
  done: [CircleCheck, 'text-good'],
  gaps: [TriangleAlert, 'text-warn'],
  failed: [CircleAlert, 'text-bad'],
  noVideo: [CircleAlert, 'text-bad'],
  retrying: [TriangleAlert, 'text-warn'],
  cancelled: [CircleSlash, 'text-muted'],
}

/** How a download stands: a shape, a colour and a word. */
export function StateMark({ state }: { readonly state: ShownState }) {
  const [Glyph, colour] = MARKS[state]
  return (
    <span className={`inline-flex shrink-0 items-center gap-1.5 text-sm font-medium ${colour}`}>
      <Glyph className="size-4.5" aria-hidden="true" />
      {t.downloads.states[state]}
    </span>
  )
}
