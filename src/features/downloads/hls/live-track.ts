import type { LiveWishes } from '#domain/download.ts'
import type { RecordedSegment } from '#domain/recording.ts'
import { LiveInitNames } from './init-names.ts'
import { fromEdge } from './live-edge.ts'
import { LiveWindow, type Arrival, type PlacedSegment } from './live-window.ts'
import type { Periods } from './periods.ts'
import { earlierWishes } from './live-resume.ts'
import type { SegmentWish } from './segment-wish.ts'
import type { Snapshot } from './snapshot.ts'
import { wishOf } from './wish-of.ts'

/** Each lost segment has its place in the recording up to this many; then only the first ones do. */
const MAX_LOST = 1000

interface LiveTrackOptions {
  readonly id: string
  readonly live: LiveWishes
  readonly periods: Periods
  /** Told once for each thing that people should know. */
  readonly note: (text: string) => void
}

/** One rendition of a live stream: turns loads of its playlist into wishes with a place in the recording. */
export class LiveTrack {
  readonly id: string
  readonly #live: LiveWishes
  readonly #periods: Periods
  readonly #note: (text: string) => void
  readonly #window = new LiveWindow()
  readonly #names = new LiveInitNames()
  #hasBegun = false
  #position = 0
  #period = 0
  #startSec = 0
  #lastDurationSec = 0
  #earlier: readonly RecordedSegment[] = []
  /** Nothing more will come. */
  done = false

  constructor({ id, live, periods, note }: LiveTrackOptions) {
    this.id = id
    this.#live = live
    this.#periods = periods
    this.#note = note
  }

  /** Goes on after what an earlier run recorded, in the order of positions. */
  resume(recorded: readonly RecordedSegment[], nowMs: number): void {
    const last = recorded.at(-1)
    if (!last) return
    this.#earlier = recorded
    this.#hasBegun = true
    this.#period = last.period
    this.#lastDurationSec = last.durationSec
    this.#window.remember(
      recorded.map(({ msn, period, uriPath }) => {
        return { msn, dsn: this.#periods.dsnOf(period), path: uriPath, dateMs: null, seenAtMs: nowMs }
      }),
    )
  }

  /** What one more load brought, as wishes; `change` tells how soon to load again. */
  take(
    snapshot: Snapshot,
    nowMs: number,
  ): { readonly change: Arrival['change']; readonly wishes: readonly SegmentWish[] } {
    this.#names.observe(snapshot.segments)
    const wishes = this.#missedEarlier(snapshot)
    const beginning = this.#hasBegun || this.#live.from === 'start' ? snapshot : atEdge(snapshot)
    const { change, lost, segments } = this.#window.take(beginning, nowMs)
    if (change === 'restarted') this.#note(`${this.id}: the stream began anew; what follows is a timeline of its own.`)
    if (lost) wishes.push(...this.#lostWishes(lost, snapshot))
    for (const placed of segments) wishes.push(this.#wish(placed))
    this.#hasBegun ||= segments.length > 0
    return { change, wishes: this.#untilLimit(wishes, snapshot) }
  }

  #missedEarlier(snapshot: Snapshot): SegmentWish[] {
    if (this.#earlier.length === 0) return []
    const { missing, nextPosition, endSec } = earlierWishes(this.id, this.#earlier, snapshot, this.#names)
    this.#earlier = []
    this.#position = nextPosition
    this.#startSec = endSec
    return missing
  }

  #wish({ segment, life, dsn }: PlacedSegment): SegmentWish {
    this.#period = this.#periods.of(life, dsn)
    return wishOf(segment, this.#place(segment.durationSec), this.#names)
  }

  #lostWishes({ firstMsn, count }: NonNullable<Arrival['lost']>, { url, targetDurationSec }: Snapshot): SegmentWish[] {
    const told = Math.min(count, MAX_LOST)
    const range = count === 1 ? `segment ${firstMsn}` : `segments ${firstMsn} to ${firstMsn + count - 1}`
    const why = `the playlist moved on before ${range} could be listed`
    this.#note(`${this.id}: ${why}${told < count ? `; ${told} of ${count} have a place in the recording` : ''}.`)
    const durationSec = this.#lastDurationSec || targetDurationSec
    return Array.from({ length: told }, (_, index) => ({
      ...this.#place(durationSec),
      ...{ msn: firstMsn + index, durationSec, url, uriPath: '', byteRange: null, init: null, key: null, gap: why },
    }))
  }

  #place(durationSec: number) {
    const place = { rendition: this.id, position: this.#position++, period: this.#period, startSec: this.#startSec }
    this.#startSec += durationSec
    this.#lastDurationSec = durationSec
    return place
  }

  #untilLimit(wishes: readonly SegmentWish[], { complete }: Snapshot): readonly SegmentWish[] {
    const limitSec = this.#live.maxDurationSec ?? Number.POSITIVE_INFINITY
    this.done ||= complete || this.#startSec >= limitSec
    return wishes.filter(({ startSec }) => startSec < limitSec)
  }
}

function atEdge(snapshot: Snapshot): Snapshot {
  return { ...snapshot, segments: fromEdge(snapshot, snapshot.segments) }
}
