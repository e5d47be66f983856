import { Slider } from 'radix-ui'
import { type PointerEvent, useState } from 'react'
import type { Chapter } from '../../../../src/surfaces/http/contract/video.ts'
import { formatClock, spokenDuration } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import type { MediaState } from './media-state.ts'
import type { PlayerActions } from './player-actions.ts'

/** `size-6`. */
const THUMB_PX = 24

/** The position, what is buffered, what is there at all, and the chapters. */
export function SeekBar({
  media,
  totalSec,
  chapters,
  actions,
}: {
  readonly media: MediaState
  /** Of the whole film, also of what is still being made. */
  readonly totalSec: number
  readonly chapters: readonly Chapter[]
  readonly actions: PlayerActions | null
}) {
  const [draggedTo, setDraggedTo] = useState<number | null>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  const max = Math.max(totalSec, media.endSec, 0.1)
  const now = Math.min(draggedTo ?? media.currentTime, max)
  const share = (sec: number) => `${Math.min(100, (sec / max) * 100)}%`
  const shown = draggedTo ?? hovered
  const hover = ({ currentTarget, clientX }: PointerEvent<HTMLElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect()
    setHovered(Math.min(1, Math.max(0, (clientX - left) / width)) * max)
  }
  return (
    <Slider.Root
      min={0}
      max={max}
      step={0.1}
      value={[now]}
      onValueChange={([value]) => setDraggedTo(value ?? null)}
      onValueCommit={([value]) => {
        setDraggedTo(null)
        if (value !== undefined) actions?.seek(value)
      }}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
        event.preventDefault()
        actions?.skip(event.key === 'ArrowLeft' ? -5 : 5)
      }}
      onPointerMove={hover}
      onPointerLeave={() => setHovered(null)}
      className="group/bar relative flex h-6 w-full touch-none items-center"
    >
      <Slider.Track className="relative h-1 grow overflow-hidden rounded-full bg-white/20 transition-[height] group-hover/bar:h-1.5">
        <span className="absolute inset-y-0 left-0 bg-white/15" style={{ width: share(media.endSec) }} />
        <span className="absolute inset-y-0 left-0 bg-white/30" style={{ width: share(media.bufferedEnd) }} />
        <Slider.Range className="absolute inset-y-0 bg-accent" />
        {chapters.slice(1).map(({ startSec }) => (
          <span key={startSec} className="absolute inset-y-0 w-0.75 bg-black" style={{ left: share(startSec) }} />
        ))}
      </Slider.Track>
      <Slider.Thumb
        aria-label={t.player.seek}
        aria-valuetext={t.player.position(spokenDuration(now), spokenDuration(max))}
        className="grid size-6 place-items-center rounded-full"
      >
        {/* The thumb stays within the bar; its dot stands exactly where we are. */}
        <span
          className="size-3.5 rounded-full bg-accent shadow"
          style={{ transform: `translateX(${(now / max - 0.5) * THUMB_PX}px)` }}
        />
      </Slider.Thumb>
      {shown === null ? null : (
        <span
          aria-hidden="true"
          className="tabular pointer-events-none absolute bottom-6 max-w-64 -translate-x-1/2 truncate rounded-md bg-black/85 px-2 py-1 text-xs font-medium whitespace-nowrap text-white"
          style={{ left: `clamp(3rem, ${share(shown)}, calc(100% - 3rem))` }}
        >
          {formatClock(shown)}
          {chapterTitle(chapters, shown)}
        </span>
      )}
    </Slider.Root>
  )
}

function chapterTitle(chapters: readonly Chapter[], sec: number): string {
  const found = chapters.findLast(({ startSec }) => startSec <= sec)
  return found?.title ? ` · ${found.title}` : ''
}
