import type { TagLine } from './playlist-line.ts'

/** A marker of an advertisement break in one of the forms that encoders write beside the standard. */
export interface Cue {
  /** `scte35`: a payload without a kind of its own. */
  readonly kind: 'out' | 'cont' | 'in' | 'scte35'
  /** Announced length of the break. */
  readonly durationSec: number | null
  /** How much of it is over; `cont` only. */
  readonly elapsedSec: number | null
  readonly line: number
  /** What follows the colon, with base64 payloads and all. */
  readonly text: string
}

const KINDS = new Map<string, Cue['kind']>([
  ['EXT-X-CUE-OUT', 'out'],
  ['EXT-X-CUE-OUT-CONT', 'cont'],
  ['EXT-X-CUE-IN', 'in'],
  ['EXT-X-SCTE35', 'scte35'],
  ['EXT-OATCLS-SCTE35', 'scte35'],
])

export const CUE_TAGS: Iterable<string> = KINDS.keys()

/** Reads `30`, `10/30`, `DURATION=30`, `ElapsedTime=10,Duration=30`, or nothing. */
export function readCue(tag: TagLine): Cue {
  const text = tag.value ?? ''
  const kind = KINDS.get(tag.name) ?? 'scte35'
  const [, before, after] = /^\s*(\d+(?:\.\d+)?)(?:\s*\/\s*(\d+(?:\.\d+)?))?\s*(?:,|$)/.exec(text) ?? []
  return {
    kind,
    durationSec: number(after ?? (kind === 'cont' ? undefined : before)) ?? named(text, 'duration'),
    elapsedSec: kind === 'cont' ? (number(before) ?? named(text, 'elapsed(?:time)?')) : null,
    line: tag.line,
    text,
  }
}

function named(text: string, name: string): number | null {
  return number(new RegExp(`(?:^|,)\\s*${name}\\s*=\\s*"?(\\d+(?:\\.\\d+)?)`, 'i').exec(text)?.[1])
}

function number(text: string | undefined): number | null {
  return text === undefined ? null : Number(text)
}
