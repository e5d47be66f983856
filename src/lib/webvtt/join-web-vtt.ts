import { parseTimestampMap, parseWebVtt } from './parse-web-vtt.ts'
import type { SubtitleCue } from './subtitle-cue.ts'
import { MAX_CUES, MAX_SUBTITLE_LENGTH, SubtitleError } from './subtitle-error.ts'

/** One segment of a WebVTT rendition (RFC 8216 §3.5), and where it lies. */
interface SubtitleSegment {
  readonly text: string
  /** Presentation time by the lengths of the segments before it. */
  readonly startSec: number
  readonly durationSec: number
  /** Presentation time of a time of the media (seconds of its MPEG-2 clock). */
  fromMediaSec(sec: number): number
}

/** Encoders cut a cue in two at the border of a segment and round. */
const JOINT_MS = 20

/** Joins the segments to cues in presentation time: what is told again, or goes on behind a border, becomes one cue. */
export class WebVttJoiner {
  readonly #cues: SubtitleCue[] = []
  /** By what is shown: the last cue of it. */
  readonly #lasts = new Map<string, number>()
  #length = 0
  /** Of the cues: what is told in many segments counts once. */
  #keptLength = 0

  /** Throws SubtitleError for what is too much, nothing else. */
  add(segment: SubtitleSegment): void {
    this.#length += segment.text.length
    if (this.#length > 16 * MAX_SUBTITLE_LENGTH) throw new SubtitleError('subtitles without end')
    const cues = [...parseWebVtt(segment.text)].filter(({ startMs, endMs, text }) => endMs > startMs && text !== '')
    const shiftMs = shiftOf(segment, cues)
    for (const cue of cues) this.#addCue({ ...cue, startMs: cue.startMs + shiftMs, endMs: cue.endMs + shiftMs })
  }

  /** In order of their beginning. */
  cues(): SubtitleCue[] {
    const shown = this.#cues.filter(({ endMs }) => endMs > 0)
    return shown
      .map((cue) => ({ ...cue, startMs: Math.max(0, cue.startMs) }))
      .sort((one, other) => one.startMs - other.startMs)
  }

  #addCue(cue: SubtitleCue): void {
    const key = `${cue.settings ?? ''} ${cue.text}`
    const at = this.#lasts.get(key)
    const last = at === undefined ? undefined : this.#cues[at]
    if (at !== undefined && last !== undefined && touches(last, cue)) {
      const [startMs, endMs] = [Math.min(last.startMs, cue.startMs), Math.max(last.endMs, cue.endMs)]
      this.#cues[at] = { ...last, startMs, endMs }
      return
    }
    this.#keptLength += key.length
    if (this.#keptLength > MAX_SUBTITLE_LENGTH) throw new SubtitleError(`more than ${MAX_SUBTITLE_LENGTH} characters`)
    if (this.#cues.length >= MAX_CUES) throw new SubtitleError(`more than ${MAX_CUES} cues`)
    this.#lasts.set(key, this.#cues.push(cue) - 1)
  }
}

function touches(one: SubtitleCue, other: SubtitleCue): boolean {
  return other.startMs <= one.endMs + JOINT_MS && one.startMs <= other.endMs + JOINT_MS
}

/**
 * What brings the times of a segment to presentation time. Without X-TIMESTAMP-MAP times should be those of the media, but some
 * count from the beginning of the film and some from that of the segment: what lies nearest to the segment is meant.
 */
function shiftOf(segment: SubtitleSegment, cues: readonly SubtitleCue[]): number {
  const map = parseTimestampMap(segment.text)
  if (map !== null) return Math.round(segment.fromMediaSec(map.mpegTs / 90_000) * 1000) - map.localMs
  const [first] = cues
  if (first === undefined) return 0
  const candidates = [segment.fromMediaSec(first.startMs / 1000) * 1000 - first.startMs, 0, segment.startSec * 1000]
  const distances = candidates.map((shiftMs) => distanceMs(first.startMs + shiftMs, first.endMs + shiftMs, segment))
  return Math.round(candidates[distances.indexOf(Math.min(...distances))] ?? 0)
}

function distanceMs(startMs: number, endMs: number, { startSec, durationSec }: SubtitleSegment): number {
  return Math.max(0, startSec * 1000 - endMs, startMs - (startSec + durationSec) * 1000)
}
