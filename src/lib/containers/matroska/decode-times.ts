import type { Sample } from '../sample.ts'

/** A frame whose decode time is not known, in ticks. */
export interface TimedFrame {
  readonly pts: number
  readonly size: number
  readonly sync: boolean
  /** How long it is to be shown, when something says so. */
  readonly duration: number | null
  /** To be taken off its duration when it is the last. */
  readonly discard: number
}

export interface DecodeTimesOptions {
  /** How many pictures are held back for reordering. */
  readonly depth: number
  /** The usual distance of frames. */
  readonly frameTicks: number | null
  /** Frames that are looked ahead at; none when frames come in the order in which they are shown. */
  readonly lookAhead: number
}

/** No decoder holds back more than 16 pictures (ITU-T H.264 §A.3.1, H.265 §A.4.2). */
export const MAX_REORDER = 16

/**
 * Gives frames the decode times that a container without them hides: presentation times in order, `depth` frames late,
 * as ffmpeg does it. Decode times always increase and are never above the presentation time, even where a stream is
 * reordered deeper than `depth` (up to `lookAhead`). A sample's duration is the distance to the next one's decode time.
 */
export class DecodeTimes<Frame extends TimedFrame> {
  readonly #options: DecodeTimesOptions
  readonly #emit: (sample: Sample, frame: Frame) => void
  /** Frames without decode time, in decode order. */
  #waiting: Frame[] = []
  /** Times in order that are still to be given away: `depth` of them between two frames. */
  #times: number[] | null = null
  /** The frame that got a decode time and waits for the next one's. */
  #ready: { readonly frame: Frame; readonly dts: number } | null = null
  #lastDts = Number.NEGATIVE_INFINITY
  #lastDuration: number | null = null

  constructor(options: DecodeTimesOptions, emit: (sample: Sample, frame: Frame) => void) {
    this.#options = options
    this.#emit = emit
  }

  push(frame: Frame): void {
    this.#waiting.push(frame)
    if (this.#waiting.length > this.#options.lookAhead) this.#giveTime()
  }

  /** Nothing follows, or not for a long time: what waits is given out. */
  end(): void {
    while (this.#waiting.length > 0) this.#giveTime()
    if (this.#ready === null) return
    const { frame } = this.#ready
    const usual = frame.duration ?? this.#options.frameTicks ?? this.#lastDuration ?? 1
    this.#emitReady(Math.max(1, usual - frame.discard))
  }

  #giveTime(): void {
    this.#times ??= this.#timesBefore()
    const limit = this.#latestAllowed()
    const frame = this.#waiting.shift()
    if (frame === undefined) return
    insert(this.#times, frame.pts)
    const inOrder = this.#times.shift() ?? frame.pts
    const dts = Math.max(this.#lastDts + 1, Math.min(inOrder, limit))
    if (this.#ready !== null) this.#emitReady(dts - this.#ready.dts)
    this.#ready = { frame, dts }
    this.#lastDts = dts
  }

  /** Each frame that follows needs a later time than this one, and none above its own presentation time. */
  #latestAllowed(): number {
    return this.#waiting.reduce((least, frame, index) => Math.min(least, frame.pts - index), Number.POSITIVE_INFINITY)
  }

  /** What would have been shown before the first picture. */
  #timesBefore(): number[] {
    const { depth, frameTicks } = this.#options
    const [first = 0, second = first + 1] = this.#waiting.map((frame) => frame.pts).toSorted((a, b) => a - b)
    const step = frameTicks ?? Math.max(1, second - first)
    return Array.from({ length: depth }, (_, index) => Math.round(first - (depth - index) * step))
  }

  #emitReady(duration: number): void {
    if (this.#ready === null) return
    const { frame, dts } = this.#ready
    this.#ready = null
    this.#lastDuration = duration
    // Only where times go back further than any decoder reorders.
    const pts = Math.max(frame.pts, dts)
    this.#emit({ dts, pts, duration, size: frame.size, sync: frame.sync }, frame)
  }
}

/** Keeps `times` in order; new ones belong near the end. */
function insert(times: number[], time: number): void {
  let at = times.length
  while (at > 0 && (times[at - 1] as number) > time) at--
  times.splice(at, 0, time)
}
