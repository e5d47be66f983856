import { playlist, refusal } from '../answer.ts'
import type { MediaPiece } from '../recorded-media.ts'
import { recordedMedia } from '../recorded-media.ts'
import type { Origin } from '../start-origin.ts'
import { type StreamTruth, TruthKeeper } from '../truth.ts'
import { playlistText, type StreamPiece, writeStream } from '../write-stream.ts'

/** How a live stream behaves, counted in its segments. */
export interface LiveOptions {
  readonly folder: string
  /** Segments that the window holds. */
  readonly window?: number
  /** Segments there from the start; the window's by default. */
  readonly ready?: number
  /** After so many segments ENDLIST comes. At most 40. */
  readonly segments?: number
  readonly mediaSequence?: number
  /** It runs so many times faster than the segments last. */
  readonly speed?: number
  /** EVENT: nothing ever leaves the window. */
  readonly event?: boolean
  /** From that segment on the playlist stands still until `lost` more would have left the window: they are never listed. */
  readonly jump?: { readonly at: number; readonly lost: number }
  /** From that segment on it counts from 0 again, as an encoder that was started anew. */
  readonly restartAt?: number
  /** The encoder changes there: another recording, EXT-X-DISCONTINUITY. */
  readonly discontinuityAt?: number
  /** Lists only the newest segments after the first load, with EXT-X-SKIP for the others. */
  readonly skip?: boolean
}

/** A live stream that begins when its playlist is asked for the first time. */
export interface LiveStream extends StreamTruth {
  /** Segments made so far. */
  readonly made: number
  /** Its end comes with the next load. */
  stop(): void
}

interface Timeline {
  readonly lines: readonly (readonly string[])[]
  readonly msns: readonly number[]
  /** Index of the segment that each one counts from. */
  readonly begins: readonly number[]
}

/** After a restart nothing is listed before so many segments are there: who polls can have seen the last ones before it. */
const PAUSE_AT_RESTART = 3

/** What a recording from the first listed segment to the end must hold is its truth. */
export async function liveStream(origin: Origin, options: LiveOptions): Promise<LiveStream> {
  const { segments = 20 } = options
  const [first, other] = await Promise.all([recordedMedia('ts-long'), recordedMedia('ts-other')])
  const pieces = chosen(first.pieces, other.pieces, segments, options)
  const { timeline, truth } = published(origin, pieces, options)
  const show = new LiveShow(segments, options)
  let loads = 0
  const url = origin.put(`${options.folder}index.m3u8`, () => {
    loads += 1
    const made = show.start()
    return made === 0 ? refusal(404) : playlist(windowText(timeline, options, show.listed, show.isOver, loads))
  })
  return {
    url,
    renditions: { main: truth },
    get made() {
      return show.made
    },
    stop: () => show.stop(),
  }
}

/** Which segments there are by now. */
class LiveShow {
  readonly #segments: number
  readonly #options: LiveOptions
  #startedMs: number | null = null
  #stopped = Number.POSITIVE_INFINITY

  constructor(segments: number, options: LiveOptions) {
    this.#segments = segments
    this.#options = options
  }

  /** Segments there are now; the first call begins the show. */
  start(): number {
    this.#startedMs ??= performance.now()
    return this.made
  }

  stop(): void {
    this.#stopped = this.made
  }

  get made(): number {
    if (this.#startedMs === null) return 0
    const { window = 6, ready = window, speed = 1 } = this.#options
    const grown = ready + Math.floor(((performance.now() - this.#startedMs) / 1000) * speed)
    return Math.min(this.#stopped, grown, this.#segments)
  }

  get isOver(): boolean {
    return this.made >= Math.min(this.#stopped, this.#segments)
  }

  /** Up to which segment the playlist tells. */
  get listed(): number {
    const { made } = this
    const { jump, window = 6, restartAt } = this.#options
    const within = (from: number, count: number) => made > from && made < from + count
    if (jump && within(jump.at, jump.lost + window)) return jump.at
    return restartAt !== undefined && within(restartAt, PAUSE_AT_RESTART) ? restartAt : made
  }
}

function windowText(timeline: Timeline, options: LiveOptions, now: number, isOver: boolean, load: number): string {
  const { window = 6, event = false, skip = false } = options
  const oldest = Math.max(event ? 0 : now - window, timeline.begins[now - 1] ?? 0)
  const skipped = skip && load > 1 ? Math.max(0, now - oldest - 3) : 0
  const skipLine = skipped > 0 ? [[`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`]] : []
  return playlistText([...skipLine, ...timeline.lines.slice(oldest + skipped, now)], 1, {
    mediaSequence: timeline.msns[oldest] ?? 0,
    type: event ? 'EVENT' : null,
    endlist: isOver,
    head: skip ? ['#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=6'] : [],
  })
}

function chosen(
  first: readonly MediaPiece[],
  other: readonly MediaPiece[],
  segments: number,
  { discontinuityAt = segments }: LiveOptions,
): StreamPiece[] {
  return Array.from({ length: segments }, (_, index) => {
    const source = index < discontinuityAt ? first[index] : other[index - discontinuityAt]
    if (!source) throw new Error(`There is no segment ${index} for a live stream.`)
    return { ...source, discontinuity: index === discontinuityAt }
  })
}

function published(origin: Origin, pieces: readonly StreamPiece[], options: LiveOptions) {
  const { folder, mediaSequence = 0, restartAt = pieces.length, jump } = options
  const before = writeStream(origin, pieces.slice(0, restartAt), { folder, mediaSequence })
  const after = writeStream(origin, pieces.slice(restartAt), {
    folder: `${folder}again/`,
    uri: (name) => `again/${name}`,
  })
  const msnOf = (index: number) => (index < restartAt ? mediaSequence + index : index - restartAt)
  const keeper = new TruthKeeper()
  for (const [index, { bytes, durationSec }] of pieces.entries()) {
    if (jump && index >= jump.at && index < jump.at + jump.lost) keeper.gap(msnOf(index), durationSec)
    else keeper.add(bytes, durationSec)
  }
  const timeline: Timeline = {
    lines: [...before.lines, ...after.lines],
    msns: pieces.map((_, index) => msnOf(index)),
    begins: pieces.map((_, index) => (index < restartAt ? 0 : restartAt)),
  }
  return { timeline, truth: keeper.truth }
}
