import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { t } from '../../strings/strings.ts'
import { createEngine } from './create-engine.ts'
import { type Engine, FRESH_STATE } from './engine.ts'
import { FRESH_MEDIA, watchMedia } from './media-state.ts'
import { PlayerActions } from './player-actions.ts'
import { readTaste, rememberPosition } from './player-memory.ts'

/** Position is remembered this often while playing. */
const REMEMBER_MS = 5000

/** The engine, the state of the element and what can be done with both. */
export function usePlayer(
  video: Pick<VideoDetails, 'id' | 'playlistUrl'>,
  element: RefObject<HTMLVideoElement | null>,
  frame: RefObject<HTMLElement | null>,
) {
  const [engine, setEngine] = useState<Engine | null>(null)
  const [actions, setActions] = useState<PlayerActions | null>(null)
  const [media, setMedia] = useState(FRESH_MEDIA)
  const [isUnsupported, setUnsupported] = useState(false)
  const { id, playlistUrl } = video

  useEffect(() => {
    if (!element.current || !frame.current || playlistUrl === null) return
    const media = element.current
    const { volume, muted } = readTaste()
    media.volume = volume
    media.muted = muted
    const made = createEngine(media, playlistUrl, 0)
    setEngine(made)
    setUnsupported(made === null)
    setActions(new PlayerActions(media, frame.current))
    const unwatch = watchMedia(media, setMedia)
    const stopRemembering = rememberWhilePlaying(media, id)
    return () => {
      stopRemembering()
      unwatch()
      made?.destroy()
    }
  }, [id, playlistUrl, element, frame])

  const state = useSyncExternalStore(engine?.subscribe ?? noSubscription, () => engine?.state ?? FRESH_STATE)
  const fault = isUnsupported ? { code: 'unsupported', message: t.player.error.unsupported } : state.fault
  return { engine, actions, media, state, fault }
}

export type PlayerParts = ReturnType<typeof usePlayer>

function noSubscription(): () => void {
  return () => undefined
}

function rememberWhilePlaying(media: HTMLVideoElement, id: string): () => void {
  const remember = () => {
    if (media.currentTime > 0 && Number.isFinite(media.duration))
      rememberPosition(id, media.currentTime, media.duration)
  }
  const timer = setInterval(() => {
    if (!media.paused) remember()
  }, REMEMBER_MS)
  media.addEventListener('pause', remember)
  media.addEventListener('ended', remember)
  addEventListener('pagehide', remember)
  return () => {
    remember()
    clearInterval(timer)
    media.removeEventListener('pause', remember)
    media.removeEventListener('ended', remember)
    removeEventListener('pagehide', remember)
  }
}
