import { type RefObject, useEffect, useRef } from 'react'
import type { CueSize } from './player-memory.ts'

const SIZES: Readonly<Record<CueSize, string>> = {
  small: 'text-[clamp(0.75rem,1.9cqw,1.9rem)]',
  medium: 'text-[clamp(0.875rem,2.5cqw,2.5rem)]',
  large: 'text-[clamp(1.1rem,3.3cqw,3.3rem)]',
  huge: 'text-[clamp(1.35rem,4.3cqw,4.3rem)]',
}

/** The subtitles, drawn by us: above the controls, in the chosen size, alike in all browsers. */
export function CueOverlay({
  video,
  size,
  isRaised,
}: {
  readonly video: RefObject<HTMLVideoElement | null>
  readonly size: CueSize
  readonly isRaised: boolean
}) {
  const top = useRef<HTMLDivElement>(null)
  const bottom = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!video.current || !top.current || !bottom.current) return
    return drawCues(video.current, top.current, bottom.current)
  }, [video])
  const lines =
    'grid justify-items-center gap-1 text-center leading-snug font-medium text-white *:w-fit *:rounded-md *:bg-black/70 *:px-2.5 *:py-0.5 *:whitespace-pre-line'
  return (
    <div className={`pointer-events-none absolute inset-x-[6%] inset-y-0 ${SIZES[size]}`} data-testid="cues">
      <div ref={top} dir="auto" className={`absolute inset-x-0 top-[5%] ${lines}`} />
      <div
        ref={bottom}
        dir="auto"
        className={`absolute inset-x-0 bottom-[5%] transition-transform duration-200 ${isRaised ? '-translate-y-14' : ''} ${lines}`}
      />
    </div>
  )
}

/** Follows whichever subtitle track is on; the function that comes back ends it. */
function drawCues({ textTracks }: HTMLVideoElement, top: HTMLElement, bottom: HTMLElement): () => void {
  let track: TextTrack | undefined
  const draw = () => {
    const cues = Array.from(track?.activeCues ?? []) as VTTCue[]
    const isHigh = ({ line, snapToLines }: VTTCue) =>
      typeof line === 'number' && line >= 0 && (snapToLines ? line < 8 : line < 45)
    top.replaceChildren(...cues.filter(isHigh).map(cueElement))
    bottom.replaceChildren(...cues.filter((cue) => !isHigh(cue)).map(cueElement))
  }
  const follow = () => {
    const next = Array.from(textTracks).find(
      ({ kind, mode }) => (kind === 'subtitles' || kind === 'captions') && mode === 'hidden',
    )
    if (next !== track) {
      track?.removeEventListener('cuechange', draw)
      next?.addEventListener('cuechange', draw)
      track = next
    }
    draw()
  }
  const events = ['change', 'addtrack', 'removetrack']
  for (const name of events) textTracks.addEventListener(name, follow)
  follow()
  return () => {
    for (const name of events) textTracks.removeEventListener(name, follow)
    track?.removeEventListener('cuechange', draw)
  }
}

function cueElement(cue: VTTCue): HTMLElement {
  const element = document.createElement('p')
  element.append(cue.getCueAsHTML())
  return element
}
