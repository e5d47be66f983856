export interface PaceSettings {
  readonly startPerSec: number
  /** Never faster, however long all goes well. */
  readonly maxPerSec: number
  /** Calls that may follow one another at once after a rest. */
  readonly burst: number
}

/**
 * How often one bot may call, where nobody says how often: it starts at a documented rate, halves it on a 429, is back in
 * RECOVERY_MS at what was really let through before that, and climbs on from there in small steps (AIMD). What is promised
 * about `retry_after` is kept exactly. Pure: the caller brings the time (milliseconds of a clock that never jumps) and chance.
 */
export class Pace {
  readonly #settings: PaceSettings
  readonly #random: () => number
  /** Calls that were let through, by when they left; the last WINDOW_MS. */
  readonly #accepted: number[] = []
  #firstMs: number | undefined
  #rate: Rate
  #burst: number
  #tokens: number
  #tokensAtMs = Number.NEGATIVE_INFINITY
  #notBeforeMs = Number.NEGATIVE_INFINITY
  #limitedAtMs = Number.NEGATIVE_INFINITY
  #limits = 0

  constructor(settings: PaceSettings, random: () => number = Math.random) {
    this.#settings = settings
    this.#random = random
    this.#rate = { fromMs: 0, perSec: settings.startPerSec, recoversTo: settings.startPerSec }
    this.#burst = settings.burst
    this.#tokens = settings.burst
  }

  /** Goes on where a former process was. */
  resume(nowMs: number, callsPerSec: number, notBeforeMs: number): void {
    const perSec = Math.min(this.#settings.maxPerSec, Math.max(SLOWEST_PER_SEC, callsPerSec))
    this.#rate = { fromMs: Math.max(nowMs, notBeforeMs), perSec, recoversTo: perSec }
    this.#notBeforeMs = Math.max(this.#notBeforeMs, notBeforeMs)
    // What a former process sent last is not known: no burst.
    this.#tokens = 1
    this.#tokensAtMs = Math.max(nowMs, notBeforeMs)
  }

  /** The earliest moment for the next call; `nowMs` or before it when it may leave now. */
  nextAtMs(nowMs: number): number {
    const tokens = this.#tokensAt(nowMs)
    const dueMs = tokens >= 1 ? nowMs : nowMs + ((1 - tokens) / this.callsPerSec(nowMs)) * 1000
    return Math.max(dueMs, this.#notBeforeMs)
  }

  /** A call leaves. */
  take(nowMs: number): void {
    this.#firstMs ??= nowMs
    this.#tokens = this.#tokensAt(nowMs) - 1
    this.#tokensAtMs = nowMs
  }

  /** The call did not leave after all. */
  giveBack(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + 1)
  }

  /** The service did what the call that left at `leftMs` asked. */
  accepted(leftMs: number): void {
    this.#accepted.push(leftMs)
    if (this.#accepted.length > 2 * MOST_ACCEPTED) this.#accepted.splice(0, MOST_ACCEPTED)
  }

  /** The call that left at `leftMs` was answered 429 just now. */
  limited(nowMs: number, leftMs: number, retryAfterMs: number): void {
    const jitterMs = this.#random() * Math.min(LONGEST_JITTER_MS, retryAfterMs / 10)
    this.#notBeforeMs = Math.max(this.#notBeforeMs, nowMs + retryAfterMs + jitterMs)
    this.#limits++
    // Calls that were under way together say it together: one limit, halved once.
    if (leftMs >= this.#limitedAtMs) this.#slowDown(nowMs)
    this.#limitedAtMs = nowMs
    // The wait teaches nothing: neither the rate nor what may follow at once grows in it.
    this.#rate = { ...this.#rate, fromMs: this.#notBeforeMs }
    this.#tokens = 1
    this.#tokensAtMs = this.#notBeforeMs
  }

  /** What is held to at this moment. */
  callsPerSec(nowMs: number): number {
    const { fromMs, perSec, recoversTo } = this.#rate
    const quietMs = Math.max(0, nowMs - fromMs)
    const recovered = perSec + (recoversTo - perSec) * Math.min(1, quietMs / RECOVERY_MS)
    const climbedMs = Math.max(0, quietMs - (recoversTo > perSec ? RECOVERY_MS : 0))
    const climbed = (climbedMs / 60_000) * STEP_PER_MINUTE * this.#settings.startPerSec
    return Math.min(this.#settings.maxPerSec, recovered + climbed)
  }

  /** What it is going to be soon if all goes well: worth keeping for the next process. */
  sustainedPerSec(nowMs: number): number {
    return Math.max(this.callsPerSec(nowMs), this.#rate.recoversTo)
  }

  /** Told by `retry_after`, jitter included; long past when there is nothing to wait for. */
  get notBeforeMs(): number {
    return this.#notBeforeMs
  }

  /** How often it was answered 429. */
  get limits(): number {
    return this.#limits
  }

  #slowDown(nowMs: number): void {
    const perSec = this.callsPerSec(nowMs)
    const half = Math.max(SLOWEST_PER_SEC, perSec / 2)
    const recoversTo = Math.max(half, Math.min(perSec, CLOSE_BELOW * this.#letThroughPerSec(nowMs)))
    this.#rate = { fromMs: nowMs, perSec: half, recoversTo }
    this.#burst = Math.max(1, this.#burst / 2)
  }

  /** Over the last minute, or since the first call. */
  #letThroughPerSec(nowMs: number): number {
    const sinceMs = Math.max(nowMs - WINDOW_MS, this.#firstMs ?? nowMs)
    const count = this.#accepted.reduce((sum, leftMs) => sum + (leftMs >= sinceMs ? 1 : 0), 0)
    return count / Math.max(1, (nowMs - sinceMs) / 1000)
  }

  #tokensAt(nowMs: number): number {
    if (this.#tokensAtMs === Number.NEGATIVE_INFINITY) return this.#tokens
    const elapsedMs = Math.max(0, nowMs - this.#tokensAtMs)
    return Math.min(this.#burst, this.#tokens + (elapsedMs / 1000) * this.callsPerSec(nowMs))
  }
}

interface Rate {
  /** Since when all is quiet. */
  readonly fromMs: number
  readonly perSec: number
  /** Reached in RECOVERY_MS. */
  readonly recoversTo: number
}

const SLOWEST_PER_SEC = 1 / 60
/** Of the starting rate. */
const STEP_PER_MINUTE = 0.03
const RECOVERY_MS = 15_000
const WINDOW_MS = 60_000
const MOST_ACCEPTED = 4096
/** What was let through before a 429 holds a little more than what is let through for long: buckets fill up in a rest. */
const CLOSE_BELOW = 0.95
const LONGEST_JITTER_MS = 1000
