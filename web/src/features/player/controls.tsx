import { Maximize, Minimize, Pause, PictureInPicture2, Play, RotateCcw, RotateCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { IconButton } from '../../components/button.tsx'
import { formatClock } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import { ChapterMenu } from './chapter-menu.tsx'
import type { CueSize } from './player-memory.ts'
import { SeekBar } from './seek-bar.tsx'
import { SettingsMenu } from './settings-menu.tsx'
import { AudioMenu, SubtitleMenu } from './track-menus.tsx'
import type { PlayerParts } from './player-session.ts'
import type { TrackChoice } from './use-track-choice.ts'
import { VolumeControl } from './volume-control.tsx'

interface ControlsProps {
  readonly video: VideoDetails
  readonly parts: PlayerParts
  readonly tracks: TrackChoice
  readonly frame: HTMLElement | null
  readonly isShown: boolean
  readonly cueSize: CueSize
  readonly onCueSize: (size: CueSize) => void
  readonly onMenu: (open: boolean) => void
  readonly onStats: () => void
  readonly onKeys: () => void
}

/** The bar below the picture. */
export function Controls(props: ControlsProps) {
  const { video, parts, isShown } = props
  const { media, actions } = parts
  const totalSec = Math.max(media.endSec, video.durationSec ?? 0)
  return (
    <section
      aria-label={t.player.controls}
      className={`absolute inset-x-0 bottom-0 z-10 bg-linear-to-t from-black/90 via-black/55 to-transparent px-3 pt-12 pb-1.5 text-white transition-opacity duration-200 focus-within:opacity-100 pointer-events-none ${isShown ? 'opacity-100 *:pointer-events-auto' : 'opacity-0'}`}
    >
      <SeekBar media={media} totalSec={totalSec} chapters={video.chapters} actions={actions} />
      <div className="flex items-center [&_button]:text-white [&_button:hover]:bg-white/15">
        <Transport parts={parts} totalSec={totalSec} />
        <div className="flex-1" />
        <Menus {...props} />
        <Screens parts={parts} />
      </div>
    </section>
  )
}

function Transport({
  parts: { media, actions },
  totalSec,
}: {
  readonly parts: PlayerParts
  readonly totalSec: number
}) {
  const label = media.ended ? t.player.replay : media.paused ? t.player.play : t.player.pause
  const Glyph = media.paused ? Play : Pause
  return (
    <>
      <IconButton label={label} onClick={() => actions?.toggle()}>
        <Glyph className="size-5.5 fill-current" aria-hidden="true" />
      </IconButton>
      <IconButton label={t.player.back} onClick={() => actions?.skip(-10)} className="max-md:hidden">
        <RotateCcw className="size-5" aria-hidden="true" />
      </IconButton>
      <IconButton label={t.player.forward} onClick={() => actions?.skip(10)} className="max-md:hidden">
        <RotateCw className="size-5" aria-hidden="true" />
      </IconButton>
      <VolumeControl media={media} actions={actions} />
      <span className="tabular ml-2 text-sm whitespace-nowrap">
        {formatClock(media.currentTime)} <span className="text-white/75">/ {formatClock(totalSec)}</span>
      </span>
    </>
  )
}

function Menus({ video, parts, tracks, frame, cueSize, onCueSize, onMenu, onStats, onKeys }: ControlsProps) {
  const { media, actions, engine, state } = parts
  const shared = { container: frame, onOpenChange: onMenu }
  return (
    <>
      <ChapterMenu
        {...shared}
        chapters={video.chapters}
        currentTime={media.currentTime}
        onSeek={(sec) => actions?.seek(sec)}
      />
      <AudioMenu {...shared} state={state} tracks={tracks} />
      <SubtitleMenu {...shared} state={state} tracks={tracks} size={cueSize} onSize={onCueSize} />
      <SettingsMenu
        {...shared}
        state={state}
        rate={media.rate}
        onQuality={(id) => engine?.chooseQuality(id)}
        onRate={(rate) => actions?.setRate(rate)}
        onStats={onStats}
        onKeys={onKeys}
      />
    </>
  )
}

function Screens({ parts: { actions } }: { readonly parts: PlayerParts }) {
  const [isFull, setFull] = useState(false)
  useEffect(() => {
    const follow = () => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', follow)
    return () => document.removeEventListener('fullscreenchange', follow)
  }, [])
  const Glyph = isFull ? Minimize : Maximize
  return (
    <>
      {document.pictureInPictureEnabled && (
        <IconButton
          label={t.player.pip}
          className="max-md:hidden"
          onClick={() => void actions?.togglePip().catch(() => undefined)}
        >
          <PictureInPicture2 className="size-5" aria-hidden="true" />
        </IconButton>
      )}
      <IconButton
        label={isFull ? t.player.exitFullscreen : t.player.fullscreen}
        onClick={() => void actions?.toggleFullscreen().catch(() => undefined)}
      >
        <Glyph className="size-5" aria-hidden="true" />
      </IconButton>
    </>
  )
}
