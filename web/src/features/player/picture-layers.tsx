import type { RefObject } from 'react'
import { CueOverlay } from './cue-overlay.tsx'
import type { CueSize } from './player-memory.ts'
import { StartOverlay } from './start-overlay.tsx'
import type { PlayerParts } from './player-session.ts'
import { WaitingNote } from './waiting-note.tsx'

/** So near the end of what is there, waiting means waiting for more. */
const GROWING_END_SEC = 1.5

/** What lies over the picture and below the controls. */
export function PictureLayers({
  element,
  parts: { media, state, fault },
  cueSize,
  hint,
  isRaised,
  resumeAtSec,
  onPlay,
}: {
  readonly element: RefObject<HTMLVideoElement | null>
  readonly parts: PlayerParts
  readonly cueSize: CueSize
  readonly hint: string | null
  readonly isRaised: boolean
  readonly resumeAtSec: number | null
  readonly onPlay: (fromSec: number) => void
}) {
  const isAtGrowingEnd = state.isGrowing && media.endSec - media.currentTime < GROWING_END_SEC
  return (
    <>
      <CueOverlay video={element} size={cueSize} isRaised={isRaised} />
      {media.waiting && !fault ? (
        <WaitingNote isAtGrowingEnd={isAtGrowingEnd} endSec={media.endSec} trouble={state.trouble} />
      ) : null}
      {!media.started && media.paused ? <StartOverlay resumeAtSec={resumeAtSec} onPlay={onPlay} /> : null}
      <p
        role="status"
        className={`pointer-events-none absolute inset-x-0 top-[12%] z-10 mx-auto w-fit rounded-lg text-sm text-white ${hint ? 'bg-black/75 px-3 py-1' : ''}`}
      >
        {hint}
      </p>
    </>
  )
}
