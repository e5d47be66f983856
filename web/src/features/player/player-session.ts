import { ExternalStore } from '../../lib/external-store.ts'
import type { Fault } from '../../lib/problem-error.ts'
import { t } from '../../strings/strings.ts'
import { createEngine } from './create-engine.ts'
import { type Engine, type EngineState, FRESH_STATE } from './engine.ts'
import { FRESH_MEDIA, type MediaState, watchMedia } from './media-state.ts'
import { PlayerActions } from './player-actions.ts'
import { readTaste, rememberPosition } from './player-memory.ts'

export interface PlayerParts {
  readonly engine: Engine | null
  readonly actions: PlayerActions | null
  readonly media: MediaState
  readonly state: EngineState
  readonly fault: Fault | null
}

/** Position is remembered this often while playing. */
const REMEMBER_MS = 5000

/** One film in one element: the engine, the state of both, and what can be done with them. */
export class PlayerSession {
  readonly parts = new ExternalStore<PlayerParts>({
    engine: null,
    actions: null,
    media: FRESH_MEDIA,
    state: FRESH_STATE,
    fault: null,
  })

  /** Begins; the function that comes back ends it. `frame`: what goes to full screen. */
  open(element: HTMLVideoElement, frame: HTMLElement, { id, url }: { id: string; url: string }): () => void {
    const { volume, muted } = readTaste()
    element.volume = volume
    element.muted = muted
    const engine = createEngine(element, url)
    const unsupported = { code: 'unsupported', message: t.player.error.unsupported }
    const follow = () => {
      const state = engine?.store.get() ?? FRESH_STATE
      this.#set({ state, fault: engine ? state.fault : unsupported })
    }
    this.#set({ engine, actions: new PlayerActions(element, frame) })
    follow()
    const unsubscribe = engine?.store.subscribe(follow)
    const unwatch = watchMedia(element, (media) => this.#set({ media }))
    const stopRemembering = rememberWhilePlaying(element, id)
    return () => {
      stopRemembering()
      unwatch()
      unsubscribe?.()
      engine?.destroy()
    }
  }

  #set(part: Partial<PlayerParts>): void {
    this.parts.set({ ...this.parts.get(), ...part })
  }
}

function rememberWhilePlaying(media: HTMLVideoElement, id: string): () => void {
  const remember = () => {
    if (media.currentTime > 0 && Number.isFinite(media.duration))
      rememberPosition(id, media.currentTime, media.duration)
  }
  const timer = setInterval(() => {
    if (!media.paused) remember()
  }, REMEMBER_MS)
  const ended = new AbortController()
  media.addEventListener('pause', remember, ended)
  media.addEventListener('ended', remember, ended)
  addEventListener('pagehide', remember, ended)
  return () => {
    remember()
    clearInterval(timer)
    ended.abort()
  }
}
