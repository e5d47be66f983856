/** No download opens more connections to a server, whatever they would bring. */
export const MOST_CONNECTIONS = 32
const FIRST_CONNECTIONS = 8
const STEP = 2
/** Doubling goes on while it brings so much more. */
const WORTH_DOUBLING = 1.35
/** Short measurements are uncertain: connections may all be between two segments. So long, and two waits more, it gets. */
const DOUBLING_MS = 200
/** Less than this is noise. */
const WORTH_KEEPING = 1.05
/** While doubling: how long throughput is measured, once the new connections have had time for their first byte. */
const MEASURE_MS = 50
/** Afterwards it is measured over so many segments, and so long. */
const STEADY_SEGMENTS = 8
const STEADY_MS = 200
/** One cause brings many failures at once; they count as one. */
const QUIET_AFTER_TROUBLE_MS = 500
const BREAKS_WITHIN_MS = 1000
const FIRST_BYTES = 8
/** Doubling of a wait that is hardly one says nothing. */
const SLOWER_MS = 50
const LONGEST_HISTORY = 200
const FIRST_PATIENCE = 2
const MOST_PATIENCE = 32

export interface ConcurrencyChange {
  readonly atMs: number
  readonly connections: number
  readonly why: string
}

/**
 * How many connections are worth having. Doubles while that brings half as much again, then adds two at a time while that
 * brings anything, and takes them back when not; halves when the server complains or becomes slow. Times are milliseconds
 * of one clock; it looks at none itself.
 */
export class ConcurrencyController {
  readonly #changes: ConcurrencyChange[] = []
  #wanted: number
  #most: number
  #doubling = true
  #changedMs = 0
  #bestOfDoubling = 0
  /** Bytes per millisecond of the last measurement that counted. */
  #best = 0
  #probing = false
  #patience = FIRST_PATIENCE
  #measurementsLeft = FIRST_PATIENCE
  #measureFromMs: number | null = null
  #bytes = 0
  #segments = 0
  #idleBytes = 0
  #quietUntilMs = 0
  #breaksMs: number[] = []
  #firstBytesMs: number[] = []
  #usualFirstByteMs: number | null = null

  /** `start`: where somebody said how many, it begins there. */
  constructor({ most, start = FIRST_CONNECTIONS }: { readonly most: number; readonly start?: number }) {
    this.#most = Math.max(1, most)
    this.#wanted = Math.min(start, this.#most)
  }

  get connections(): number {
    return Math.min(this.#wanted, this.#most)
  }

  /** Newest last. */
  get changes(): readonly ConcurrencyChange[] {
    return this.#changes
  }

  /** From outside: never more than this. */
  setMost(most: number, nowMs: number, why: string): void {
    const before = this.connections
    this.#most = Math.max(1, most)
    if (this.connections === before) return
    this.#note(nowMs, why)
    this.#measureAfter(nowMs)
  }

  /** Bytes came. `busy`: all connections that there may be are in use, so that what comes is what they bring. */
  received(nowMs: number, byteLength: number, busy: boolean): void {
    this.#measureFromMs ??= nowMs
    if (nowMs < this.#measureFromMs) return
    this.#bytes += byteLength
    if (!busy) this.#idleBytes += byteLength
    const elapsedMs = nowMs - this.#measureFromMs
    if (this.#doubling ? elapsedMs < MEASURE_MS : elapsedMs < STEADY_MS || this.#segments < STEADY_SEGMENTS) return
    const rate = this.#bytes / elapsedMs
    // There is not enough to do for all connections: nothing is learnt about more.
    if (this.#idleBytes * 2 > this.#bytes) this.#measureAfter(nowMs, 0)
    else if (this.#doubling) this.#afterDoubling(rate, nowMs)
    else this.#afterSteady(rate, nowMs)
  }

  segmentDone(): void {
    this.#segments++
  }

  /** So long one request waited for its answer. */
  firstByte(nowMs: number, waitMs: number): void {
    this.#firstBytesMs.push(waitMs)
    if (this.#firstBytesMs.length < FIRST_BYTES) return
    const recent = median(this.#firstBytesMs)
    this.#firstBytesMs = []
    const usual = this.#usualFirstByteMs ?? recent
    this.#usualFirstByteMs = Math.min(usual, recent)
    if (recent <= usual * 2 || recent <= usual + SLOWER_MS) return
    // From now on this is usual: what stays slow is not slow because of us.
    this.#usualFirstByteMs = recent
    this.trouble(nowMs, `the server answers after ${Math.round(recent)} ms instead of ${Math.round(usual)} ms`)
  }

  /** An answer broke off. One alone says nothing about how many there are. */
  brokeOff(nowMs: number): void {
    this.#breaksMs = this.#breaksMs.filter((atMs) => nowMs - atMs < BREAKS_WITHIN_MS)
    this.#breaksMs.push(nowMs)
    if (this.#breaksMs.length < Math.max(3, this.connections / 2)) return
    this.trouble(nowMs, `${this.#breaksMs.length} answers broke off within a second`)
    this.#breaksMs = []
  }

  /** The server complains, or cannot be reached. */
  trouble(nowMs: number, why: string): void {
    if (nowMs < this.#quietUntilMs) return
    this.#quietUntilMs = nowMs + QUIET_AFTER_TROUBLE_MS
    this.#doubling = false
    this.#probing = false
    this.#best = 0
    this.#set(Math.floor(this.connections / 2), nowMs, why)
  }

  #afterDoubling(measured: number, nowMs: number): void {
    this.#bestOfDoubling = Math.max(this.#bestOfDoubling, measured)
    const rate = this.#bestOfDoubling
    const rise = rate / this.#best
    if (rise > WORTH_DOUBLING && this.connections < this.#most) {
      this.#best = rate
      this.#set(this.connections * 2, nowMs, `${mbit(rate)}, and more may bring more`)
      return
    }
    this.#doubling = nowMs - this.#changedMs < DOUBLING_MS + 2 * this.#waitForFirstByte()
    if (this.#doubling) {
      this.#measureAfter(nowMs, 0)
      return
    }
    const before = this.#best
    // What a short measurement found is more than what comes in the long run.
    this.#best = 0
    if (rise >= WORTH_KEEPING || before === 0) this.#measureAfter(nowMs)
    else this.#set(Math.ceil(this.connections / 2), nowMs, `${mbit(rate)}, twice as many brought nothing`)
  }

  #afterSteady(rate: number, nowMs: number): void {
    const rises = rate > this.#best * WORTH_KEEPING
    if (this.#probing && !rises) {
      this.#probing = false
      this.#patience = Math.min(MOST_PATIENCE, this.#patience * 2)
      this.#measurementsLeft = this.#patience
      this.#set(this.connections - STEP, nowMs, `${mbit(rate)}, two more brought nothing`)
      return
    }
    const was = this.#best
    this.#best = this.#probing || rises || was === 0 ? rate : (was + rate) / 2
    if (this.connections >= this.#most) this.#probing = false
    else if ((rises && was > 0) || --this.#measurementsLeft <= 0) {
      if (rises) this.#patience = FIRST_PATIENCE
      this.#measurementsLeft = this.#patience
      this.#probing = true
      this.#set(this.connections + STEP, nowMs, `${mbit(rate)}, and two more may bring more`)
      return
    }
    this.#measureAfter(nowMs, 0)
  }

  #set(connections: number, nowMs: number, why: string): void {
    this.#changedMs = nowMs
    this.#bestOfDoubling = 0
    const before = this.connections
    this.#wanted = Math.min(this.#most, Math.max(1, connections))
    if (this.connections !== before) this.#note(nowMs, why)
    this.#measureAfter(nowMs)
  }

  /** New connections bring nothing before their first byte. */
  #measureAfter(nowMs: number, waitMs = this.#waitForFirstByte()): void {
    this.#measureFromMs = nowMs + waitMs
    this.#bytes = 0
    this.#segments = 0
    this.#idleBytes = 0
  }

  #waitForFirstByte(): number {
    const recent = this.#firstBytesMs
    const usual = this.#usualFirstByteMs ?? (recent.length > 0 ? median(recent) : 0)
    return Math.min(1000, usual)
  }

  #note(nowMs: number, why: string): void {
    this.#changes.push({ atMs: nowMs, connections: this.connections, why })
    if (this.#changes.length > LONGEST_HISTORY) this.#changes.shift()
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

function mbit(bytesPerMs: number): string {
  return `${(bytesPerMs / 125).toFixed(0)} Mbit/s`
}
