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
  /** Calls that were let through, by when they left. */
  readonly #accepted: number[] = []
  #firstMs: number | undefined
  #rate: Rate
  #burst: number
  #tokens: number
  #tokensAtMs = Number.NEGATIVE_INFINITY
  #notBeforeMs = Number.NEGATIVE_INFINITY
  #limitedAtMs = Number.NEGATIVE_INFINITY
  /** Together; `#accepted` is told in a time that stands still during them. */
  #longWaitsMs = 0
  #limits = 0
  #acceptedSinceLimit = Number.POSITIVE_INFINITY
  /** What is recovered at least, whatever was let through lately. */
  #floor: number

  constructor(settings: PaceSettings, random: () => number = Math.random) {
    this.#settings = settings
    this.#random = random
    this.#rate = { fromMs: 0, perSec: settings.startPerSec, recoversTo: settings.startPerSec }
    this.#floor = FLOOR * settings.startPerSec
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
    this.#acceptedSinceLimit++
    this.#accepted.push(leftMs - this.#longWaitsMs)
    if (this.#accepted.length > 2 * MOST_ACCEPTED) this.#accepted.splice(0, MOST_ACCEPTED)
  }

  /** The call that left at `leftMs` was answered 429 just now. */
  limited(nowMs: number, leftMs: number, retryAfterMs: number): void {
    this.#limits++
    // Calls that were under way together say it together: one limit, halved once.
    if (leftMs >= this.#limitedAtMs) this.#slowDown(nowMs)
    this.#limitedAtMs = nowMs
    this.#hold(nowMs, nowMs + retryAfterMs + this.#random() * Math.min(LONGEST_JITTER_MS, retryAfterMs / 10))
    this.#tokens = 1
    this.#tokensAtMs = this.#notBeforeMs
  }

  /** What is held to at this moment. */
  callsPerSec(nowMs: number): number {
    const { fromMs, perSec, recoversTo } = this.#rate
    // While we wait, what the service counts wears off: that is recovery too.
    const recovered = perSec + (recoversTo - perSec) * Math.min(1, Math.max(0, nowMs - fromMs) / RECOVERY_MS)
    // To climb on has to be earned by calls that are let through.
    const climbsFromMs = Math.max(this.#notBeforeMs, fromMs + (recoversTo > perSec ? RECOVERY_MS : 0))
    const climbed = this.#climbed(recovered, Math.max(0, nowMs - climbsFromMs) / 60_000)
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

  /** How many calls may follow one another at once after a rest: fewer after each limit. */
  get burst(): number {
    return this.#burst
  }

  /** How often it was answered 429. */
  get limits(): number {
    return this.#limits
  }

  #slowDown(nowMs: number): void {
    const perSec = this.callsPerSec(nowMs)
    const half = Math.max(SLOWEST_PER_SEC, perSec / 2)
    const isCrowded = this.#acceptedSinceLimit < FEW_CALLS
    this.#floor = clamp(
      isCrowded ? this.#floor / 2 : this.#floor * 2,
      SLOWEST_PER_SEC,
      FLOOR * this.#settings.startPerSec,
    )
    this.#acceptedSinceLimit = 0
    const letThrough = Math.max(this.#floor, CLOSE_BELOW * this.#letThroughPerSec(nowMs))
    const aim = Math.min(this.sustainedPerSec(nowMs), letThrough)
    this.#rate = { fromMs: nowMs, perSec: half, recoversTo: Math.max(half, aim) }
    this.#burst = Math.max(1, this.#burst / 2)
  }

  #hold(nowMs: number, untilMs: number): void {
    const addedMs = untilMs - Math.max(nowMs, this.#notBeforeMs)
    if (addedMs <= 0) return
    this.#notBeforeMs = untilMs
    if (addedMs > LONG_WAIT_MS) this.#longWaitsMs += addedMs
  }

  /** Over the last minute, or since the first call; what is let through in long waits says nothing. */
  #letThroughPerSec(nowMs: number): number {
    const activeMs = nowMs - this.#longWaitsMs
    const sinceMs = Math.max(activeMs - WINDOW_MS, this.#firstMs ?? activeMs)
    const count = this.#accepted.reduce((sum, atMs) => sum + (atMs >= sinceMs ? 1 : 0), 0)
    return count / Math.max(1, (activeMs - sinceMs) / 1000)
  }

  #climbed(fromPerSec: number, quietMinutes: number): number {
    const { startPerSec } = this.#settings
    const untilFloor = Math.max(0, FLOOR * startPerSec - fromPerSec)
    const minutesToFloor = untilFloor / (STEP_BELOW_FLOOR * startPerSec)
    if (quietMinutes <= minutesToFloor) return quietMinutes * STEP_BELOW_FLOOR * startPerSec
    return untilFloor + (quietMinutes - minutesToFloor) * STEP_PER_MINUTE * startPerSec
  }

  #tokensAt(nowMs: number): number {
    if (this.#tokensAtMs === Number.NEGATIVE_INFINITY) return this.#tokens
    const elapsedMs = Math.max(0, nowMs - this.#tokensAtMs)
    return Math.min(this.#burst, this.#tokens + (elapsedMs / 1000) * this.callsPerSec(nowMs))
  }
}

interface Rate {
  /** The last limit. */
  readonly fromMs: number
  readonly perSec: number
  /** Reached in RECOVERY_MS. */
  readonly recoversTo: number
}

const SLOWEST_PER_SEC = 1 / 60
/** Of the starting rate. */
const STEP_PER_MINUTE = 0.03
const STEP_BELOW_FLOOR = 0.1
/**
 * Of the starting rate: 18 calls a minute, just below the documented 20. A limit met while slower than that has other
 * reasons, which pass, unless limits come every few calls.
 */
const FLOOR = 0.3
const FEW_CALLS = 4
const RECOVERY_MS = 15_000
const WINDOW_MS = 60_000
const MOST_ACCEPTED = 4096
/** What was let through before a 429 holds a little more than what is let through for long: buckets fill up in a rest. */
const CLOSE_BELOW = 0.95
/** Longer than buckets take to have one more token: a penalty, which says little about the rate. */
const LONG_WAIT_MS = 30_000
const LONGEST_JITTER_MS = 1000

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value))
}
