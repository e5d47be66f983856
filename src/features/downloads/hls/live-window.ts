import type { ListedSegment, Snapshot } from './snapshot.ts'
import { uriPath } from './uri-path.ts'

/** What one more load of a live playlist brought. */
export interface Arrival {
  /**
   * `stale`: an older copy, as caches give it. `restarted`: the stream began anew, with numbers of its own.
   * `same`: nothing new.
   */
  readonly change: 'grown' | 'same' | 'stale' | 'restarted'
  /** Segments that were listed and gone again between two loads. */
  readonly lost: { readonly firstMsn: number; readonly count: number } | null
  readonly segments: readonly PlacedSegment[]
}

export interface PlacedSegment {
  readonly segment: ListedSegment
  /** How often the stream began anew before it. */
  readonly life: number
  /** Its DSN, also where a server forgets to count discontinuities that left the window. */
  readonly dsn: number
}

/** A segment that has been seen, as far as it has to be recognised. */
interface SeenSegment {
  readonly msn: number
  readonly dsn: number
  readonly path: string
  readonly dateMs: number | null
  readonly seenAtMs: number
}

/** Recognising and dating need no more than this of the past. */
const MAX_SEEN = 250
/** A copy that a cache still gives is not older than this; numbers that go back further are a new beginning. */
const MAX_STALE_TARGETS = 5
const MIN_STALE_MS = 8000
/** More than could have passed in the time, and more than this: the numbers changed, nothing was lost. */
const PLAUSIBLE_LOSS = 100

/** Compares each load of a live playlist with what has been seen: every segment comes out once and in order. */
export class LiveWindow {
  readonly #seen = new Map<number, SeenSegment>()
  #lastMsn: number | null = null
  /** What the first load of this life ended with. */
  #firstNewestMsn = 0
  #lastDsn = 0
  #dsnShift = 0
  #life = 0
  #lastLoadMs: number | null = null
  /** The last line of a text that broke off within it; believed when it comes twice. */
  #doubtful = ''

  /** What an earlier run recorded, in order. */
  remember(segments: readonly SeenSegment[]): void {
    for (const segment of segments) {
      if (this.#lastMsn !== null && segment.msn <= this.#lastMsn) this.#seen.clear()
      this.#see(segment)
    }
    this.#trim()
  }

  take(snapshot: Snapshot, nowMs: number): Arrival {
    const listed = this.#withoutDoubtful(snapshot)
    const last = listed.at(-1)
    if (!last) return { change: 'same', lost: null, segments: [] }
    const judged = this.#judge(listed, snapshot, nowMs)
    if (judged === 'stale') return { change: 'stale', lost: null, segments: [] }
    if (judged === 'restarted') this.#beginAnew()
    if (this.#lastMsn === null) this.#firstNewestMsn = last.msn
    const fresh = listed.filter(({ msn }) => this.#lastMsn === null || msn > this.#lastMsn)
    const lost = judged === 'restarted' ? null : this.#lostBefore(fresh)
    this.#alignDsn(listed, fresh)
    const segments = fresh.map((segment) => ({ segment, life: this.#life, dsn: segment.dsn + this.#dsnShift }))
    for (const { segment, dsn } of segments) {
      this.#see({ ...segment, dsn, path: uriPath(segment.url), seenAtMs: nowMs })
    }
    this.#trim()
    this.#lastLoadMs = nowMs
    const grown = segments.length > 0 ? 'grown' : 'same'
    return { change: judged === 'restarted' ? judged : grown, lost, segments }
  }

  #withoutDoubtful({ segments, tailOpen }: Snapshot): readonly ListedSegment[] {
    const last = segments.at(-1)
    if (!tailOpen || !last) return segments
    const name = `${last.msn} ${last.url}`
    const isBelieved = name === this.#doubtful
    this.#doubtful = name
    return isBelieved ? segments : segments.slice(0, -1)
  }

  #judge(listed: readonly ListedSegment[], snapshot: Snapshot, nowMs: number): 'goes-on' | 'stale' | 'restarted' {
    const newest = listed.at(-1) as ListedSegment
    if (this.#lastMsn === null) return 'goes-on'
    if (this.#contradicts(listed, snapshot.targetDurationSec)) return 'restarted'
    if (newest.msn < this.#lastMsn) return this.#isOldCopy(listed, snapshot, nowMs) ? 'stale' : 'restarted'
    return this.#isRenumbered(listed, nowMs) ? 'restarted' : 'goes-on'
  }

  /** A copy says what was said before: not of a time before the first load, nor long ago, nor other addresses. */
  #isOldCopy(listed: readonly ListedSegment[], { targetDurationSec }: Snapshot, nowMs: number): boolean {
    const newest = listed.at(-1) as ListedSegment
    const seen = this.#seen.get(newest.msn)
    const maxAgeMs = Math.max(MAX_STALE_TARGETS * targetDurationSec * 1000, MIN_STALE_MS)
    if (!seen || newest.msn < this.#firstNewestMsn || nowMs - seen.seenAtMs > maxAgeMs) return false
    return listed.every(({ msn, url }) => {
      const path = this.#seen.get(msn)?.path ?? ''
      return path === '' || path === uriPath(url)
    })
  }

  /** Known numbers with other names or dates, all of them. Only file names are compared: folders may hold tokens. */
  #contradicts(listed: readonly ListedSegment[], targetSec: number): boolean {
    const known = listed.flatMap((segment) => {
      const seen = this.#seen.get(segment.msn)
      return seen && seen.path !== '' ? [{ segment, seen }] : []
    })
    return known.length > 0 && known.every(({ segment, seen }) => isOther(segment, seen, targetSec))
  }

  #isRenumbered(listed: readonly ListedSegment[], nowMs: number): boolean {
    const [oldest] = listed
    const count = (oldest?.msn ?? 0) - (this.#lastMsn ?? 0) - 1
    if (count <= PLAUSIBLE_LOSS || this.#lastLoadMs === null) return false
    const meanSec = Math.max(0.1, listed.reduce((sum, { durationSec }) => sum + durationSec, 0) / listed.length)
    return count > PLAUSIBLE_LOSS + (3 * (nowMs - this.#lastLoadMs)) / 1000 / meanSec
  }

  #beginAnew(): void {
    this.#seen.clear()
    this.#lastMsn = null
    this.#dsnShift = 0
    this.#lastDsn = 0
    this.#life++
  }

  #lostBefore([first]: readonly ListedSegment[]): Arrival['lost'] {
    if (!first || this.#lastMsn === null || first.msn === this.#lastMsn + 1) return null
    return { firstMsn: this.#lastMsn + 1, count: first.msn - this.#lastMsn - 1 }
  }

  /** What both loads list says how far the counting of discontinuities has slipped; it never goes back. */
  #alignDsn(listed: readonly ListedSegment[], [first]: readonly ListedSegment[]): void {
    const common = listed.findLast(({ msn }) => this.#seen.has(msn))
    if (common) this.#dsnShift = (this.#seen.get(common.msn) as SeenSegment).dsn - common.dsn
    else if (first) this.#dsnShift += Math.max(0, this.#lastDsn - (first.dsn + this.#dsnShift))
  }

  #see({ msn, dsn, path, dateMs, seenAtMs }: SeenSegment): void {
    this.#seen.set(msn, { msn, dsn, path, dateMs, seenAtMs })
    this.#lastMsn = msn
    this.#lastDsn = dsn
  }

  #trim(): void {
    for (const msn of this.#seen.keys()) {
      if (this.#seen.size <= MAX_SEEN) return
      this.#seen.delete(msn)
    }
  }
}

function isOther(segment: ListedSegment, seen: SeenSegment, targetSec: number): boolean {
  const isFarApart =
    segment.dateMs !== null && seen.dateMs !== null && Math.abs(segment.dateMs - seen.dateMs) > targetSec * 1000
  return isFarApart || fileName(uriPath(segment.url)) !== fileName(seen.path)
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
