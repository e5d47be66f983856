import { ExternalStore } from '../../lib/external-store.ts'
import type { Fault } from '../../lib/problem-error.ts'

export interface Quality {
  /** `auto`, or the number of the level. */
  readonly id: string
  readonly height: number | null
  readonly bitRate: number
}

export interface EngineState {
  readonly qualities: readonly Quality[]
  /** What was chosen: a quality's id or `auto`. */
  readonly quality: string
  /** The id of what plays. */
  readonly playingQuality: string | null
  /** Names of tracks that the browser can play; null while that is not known. */
  readonly audios: readonly string[] | null
  readonly audio: string | null
  readonly subtitles: readonly string[]
  readonly subtitle: string | null
  /** The list still grows. */
  readonly isGrowing: boolean
  /** Why the server does not give what is wanted now; the engine still tries. */
  readonly trouble: Fault | null
  readonly fault: Fault | null
}

export interface EngineStats {
  readonly bitRate: number | null
  readonly connectionBitRate: number | null
  readonly codecs: string | null
}

/** What brings a stream into a video element. Tracks go by the names the server gives them (`a1`, `s0`). */
export interface Engine {
  readonly kind: string
  readonly store: EngineStore
  chooseQuality(id: string): void
  chooseAudio(name: string): void
  chooseSubtitle(name: string | null): void
  /** Tries again after a fault. */
  retry(): void
  stats(): EngineStats
  destroy(): void
}

export const FRESH_STATE: EngineState = {
  qualities: [],
  quality: 'auto',
  playingQuality: null,
  audios: null,
  audio: null,
  subtitles: [],
  subtitle: null,
  isGrowing: false,
  trouble: null,
  fault: null,
}

/** The state of an engine, which changes in parts. */
export class EngineStore extends ExternalStore<EngineState> {
  constructor() {
    super(FRESH_STATE)
  }

  patch(part: Partial<EngineState>): void {
    this.set({ ...this.get(), ...part })
  }
}

/** `…/abc/a1.m3u8` -> `a1` */
export function trackNameOf(url: string | undefined): string {
  return /([vas]\d+)\.m3u8(?:\?|$)/.exec(url ?? '')?.[1] ?? ''
}
