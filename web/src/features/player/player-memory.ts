import { readStored, writeStored } from '../../lib/stored-value.ts'

export const CUE_SIZES = ['small', 'medium', 'large', 'huge'] as const
export type CueSize = (typeof CUE_SIZES)[number]

/** What a person chose once and wants in every film. */
export interface Taste {
  readonly volume: number
  readonly muted: boolean
  /** Languages; null: never chosen. */
  readonly audioLanguage: string | null
  /** A language, `off`, or null: never chosen. */
  readonly subtitles: string | null
  readonly cueSize: CueSize
  /** Lines of the picture; null: automatic. */
  readonly quality: number | null
}

const DEFAULT: Taste = {
  volume: 1,
  muted: false,
  audioLanguage: null,
  subtitles: null,
  cueSize: 'medium',
  quality: null,
}

export function readTaste(): Taste {
  return { ...DEFAULT, ...readStored<Partial<Taste>>('taste', {}) }
}

export function rememberTaste(part: Partial<Taste>): void {
  writeStored('taste', { ...readTaste(), ...part })
}

const MAX_POSITIONS = 200
/** So little is not worth a question; so near the end it was watched. */
const MIN_POSITION_SEC = 20
const END_SHARE = 0.96

type Positions = Readonly<Record<string, number>>

/** Where this browser stopped, or null. */
export function readPosition(id: string): number | null {
  return readStored<Positions>('positions', {})[id] ?? null
}

export function rememberPosition(id: string, sec: number, durationSec: number): void {
  const { [id]: _old, ...others } = readStored<Positions>('positions', {})
  const isWorth = sec >= MIN_POSITION_SEC && sec < durationSec * END_SHARE
  const kept = Object.entries(others).slice(-MAX_POSITIONS + 1)
  writeStored('positions', Object.fromEntries(isWorth ? [...kept, [id, Math.floor(sec)]] : kept))
}
