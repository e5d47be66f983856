import type { RecordedSegment } from '#domain/recording.ts'
import { fixedInitNames, type InitNames } from './init-names.ts'
import { firstMisfit, misfitError } from './fit-recorded.ts'
import { type PeriodRule, sharedPeriods } from './vod-periods.ts'
import type { PlaylistFeed } from './playlist-feed.ts'
import type { SegmentWish } from './segment-wish.ts'
import { type ListedSegment, segmentOf } from './snapshot.ts'
import { uriPath } from './uri-path.ts'
import { wishOf } from './wish-of.ts'

/**
 * All segments of streams that are complete, but for those recorded already; the renditions in step by time. Throws
 * ConflictError, before the first one, when what is recorded does not fit.
 */
export function* vodWishes(
  feeds: readonly PlaylistFeed[],
  recorded: ReadonlyMap<string, readonly RecordedSegment[]>,
): Generator<SegmentWish> {
  const periods = sharedPeriods(feeds.map(({ snapshot }) => snapshot.segments))
  const cursors = feeds.map((feed, index) => {
    return new VodCursor(feed, recorded.get(feed.id) ?? [], periods[index] as PeriodRule)
  })
  for (;;) {
    const cursor = earliest(cursors)
    if (!cursor) return
    const wish = cursor.next()
    if (wish) yield wish
  }
}

function earliest(cursors: readonly VodCursor[]): VodCursor | null {
  let found: VodCursor | null = null
  for (const cursor of cursors) {
    if (!cursor.ended && (!found || cursor.startSec < found.startSec)) found = cursor
  }
  return found
}

/** Walks over one rendition. */
class VodCursor {
  readonly #feed: PlaylistFeed
  readonly #segments: readonly ListedSegment[]
  readonly #recorded: ReadonlySet<number>
  readonly #periodOf: PeriodRule
  readonly #names: InitNames
  #position = 0
  startSec = 0

  constructor(feed: PlaylistFeed, recorded: readonly RecordedSegment[], periodOf: PeriodRule) {
    this.#feed = feed
    this.#segments = feed.snapshot.segments
    this.#names = fixedInitNames(this.#segments)
    this.#periodOf = periodOf
    this.#recorded = new Set(recorded.map(({ position }) => position))
    const misfit = firstMisfit(recorded, this.#segments)
    if (misfit) throw misfitError(misfit)
  }

  get ended(): boolean {
    return this.#position >= this.#segments.length
  }

  /** Null when it is recorded already. */
  next(): SegmentWish | null {
    const position = this.#position++
    const first = this.#segments[position] as ListedSegment
    const { startSec } = this
    this.startSec += first.durationSec
    const period = this.#periodOf(first, startSec)
    if (this.#recorded.has(position)) return null
    return wishOf(this.#newest(first), { rendition: this.#feed.id, position, period, startSec }, this.#names)
  }

  /** The playlist may have been loaded again since, with fresh tokens. */
  #newest(first: ListedSegment): ListedSegment {
    const { snapshot } = this.#feed
    if (snapshot.segments === this.#segments) return first
    const again = segmentOf(snapshot, first.msn)
    return again && uriPath(again.url) === uriPath(first.url) ? again : first
  }
}
