import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import type { PlayerHandle } from '../../lib/player-handle.ts'
import { t } from '../../strings/strings.ts'
import { Controls } from './controls.tsx'
import { KeySheet } from './key-sheet.tsx'
import { PictureLayers } from './picture-layers.tsx'
import { PlayerFault } from './player-fault.tsx'
import { readPosition, readTaste, rememberTaste } from './player-memory.ts'
import { playerReport } from './player-report.ts'
import { shownFault } from './shown-fault.ts'
import { StatsOverlay } from './stats-overlay.tsx'
import { useAttention } from './use-attention.ts'
import { useHint } from './use-hint.ts'
import { usePictureTaps } from './use-picture-taps.ts'
import { usePlayer } from './use-player.ts'
import { usePlayerKeys } from './use-player-keys.ts'
import { useTrackChoice } from './use-track-choice.ts'

/** Plays a video that has a playlist; while the video grows, what is there. */
export function Player({
  video,
  autoPlay,
  ref,
}: {
  readonly video: VideoDetails
  readonly autoPlay: boolean
  readonly ref?: Ref<PlayerHandle>
}) {
  const [frame, setFrame] = useState<HTMLElement | null>(null)
  const element = useRef<HTMLVideoElement>(null)
  const parts = usePlayer(video, element, frame)
  const { engine, actions, media, state } = parts
  const fault = shownFault(parts, video)
  const tracks = useTrackChoice(video, engine, state)
  const [resumeAtSec] = useState(() => readPosition(video.id))
  const [cueSize, setCueSize] = useState(() => readTaste().cueSize)
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [hasStats, setStats] = useState(false)
  const [hasKeys, setKeys] = useState(false)
  const [hint, showHint] = useHint()
  const attention = useAttention(!media.paused && !isMenuOpen)
  const tap = usePictureTaps(actions, attention)

  const playFrom = (sec: number) => {
    if (sec > 0) actions?.seek(sec)
    actions?.play()
    frame?.focus({ preventScroll: true })
  }
  useImperativeHandle(ref, () => ({ playFrom }))
  const startsByItself = autoPlay && resumeAtSec === null
  useEffect(() => {
    if (startsByItself) actions?.play()
  }, [startsByItself, actions])
  const context = actions && {
    actions,
    frameRate: video.tracks.find(({ kind }) => kind === 'video')?.frameRate ?? null,
    chapterStarts: video.chapters.map(({ startSec }) => startSec),
    toggleSubtitles: tracks.toggleText,
    openKeySheet: () => setKeys(true),
    hint: showHint,
  }
  usePlayerKeys(context, attention.attend)

  return (
    <section
      ref={setFrame}
      data-theme="dark"
      aria-label={t.player.label(video.title)}
      tabIndex={-1}
      onPointerMove={attention.onPointerMove}
      onPointerLeave={attention.onPointerLeave}
      className={`@container relative aspect-video max-h-[calc(100dvh-9rem)] w-full overflow-hidden rounded-2xl bg-black text-ink outline-none fullscreen:max-h-none fullscreen:rounded-none max-md:-mx-4 max-md:w-[calc(100%+2rem)] max-md:rounded-none ${attention.isShown ? '' : 'cursor-none'}`}
    >
      {/* biome-ignore lint/a11y/useMediaCaption: the captions come with the playlist and are drawn by CueOverlay. */}
      <video
        ref={element}
        playsInline
        preload="metadata"
        poster={video.posterUrl ?? undefined}
        onPointerUp={tap}
        className="size-full object-contain"
      />
      <PictureLayers
        element={element}
        parts={{ ...parts, fault }}
        cueSize={cueSize}
        hint={hint}
        isRaised={attention.isShown}
        resumeAtSec={resumeAtSec}
        onPlay={playFrom}
      />
      {hasStats && <StatsOverlay video={element} engine={engine} media={media} onClose={() => setStats(false)} />}
      <Controls
        video={video}
        parts={parts}
        tracks={tracks}
        frame={frame}
        isShown={attention.isShown && (media.started || !media.paused)}
        cueSize={cueSize}
        onCueSize={(size) => {
          setCueSize(size)
          rememberTaste({ cueSize: size })
        }}
        onMenu={setMenuOpen}
        onStats={() => setStats(!hasStats)}
        onKeys={() => setKeys(true)}
      />
      {fault ? (
        <PlayerFault
          fault={fault}
          playlistUrl={video.playlistUrl ?? ''}
          report={playerReport(fault, video, parts)}
          onRetry={() => engine?.retry()}
        />
      ) : null}
      <KeySheet open={hasKeys} onOpenChange={setKeys} container={frame} />
    </section>
  )
}
