import type { Pace } from './pace.ts'

/** An answer that takes longer than this says nothing any more about when its message was counted. */
const LONGEST_VERDICT_MS = 5000

/** A message on its way, from its turn to its answer. */
export interface Message {
  /** When its last byte was handed over; null while it was not. */
  leftMs: number | null
}

/**
 * What one bot may send to one chat. The service looks at a message when its last byte has come, however long the file
 * before it took; so a message costs its token then, not when it begins. At which moment that is, nobody knows between the
 * last byte and the answer: until then one token is kept back for it, and it is taken when the answer comes. So however
 * uneven the way is, no more arrive than the bucket allows. Pure: the caller brings the time; rate and burst are those of the pace.
 */
export class MessageTokens {
  readonly #pace: Pace
  /** As long as no limit was met. */
  readonly #burst: number
  readonly #messages = new Set<Message>()
  #tokens: number
  #atMs = Number.NEGATIVE_INFINITY

  constructor(pace: Pace, burst: number) {
    this.#pace = pace
    this.#burst = burst
    this.#tokens = burst
  }

  /** What was sent before is not known, or was refused: no burst, except for what came of a rest of so long. */
  restart(atMs: number, restedMs = 0): void {
    const rested = (restedMs / 1000) * this.#pace.callsPerSec(atMs)
    this.#tokens = Math.min(this.#burst, Math.max(1, rested))
    this.#atMs = Math.max(atMs, this.#pace.notBeforeMs)
  }

  /**
   * The earliest moment to begin a message whose last byte comes `leadMs` later at the soonest; `nowMs` or before it when it
   * may begin now.
   */
  startAtMs(nowMs: number, leadMs: number): number {
    this.#settle(nowMs)
    // What is held back at its end may begin while more are on their way than may come at once.
    const burst = leadMs > 0 ? this.#burst : this.#learnedBurst
    return Math.max(this.#pace.notBeforeMs, this.#dueMs(1 + this.#messages.size, nowMs, burst) - leadMs)
  }

  begin(): Message {
    const message: Message = { leftMs: null }
    this.#messages.add(message)
    return message
  }

  /** When its last byte may leave, as far as can be known before another answer comes. */
  lastByteAtMs(nowMs: number): number {
    this.#settle(nowMs)
    const underway = [...this.#messages].filter(({ leftMs }) => leftMs !== null).length
    return Math.max(this.#pace.notBeforeMs, this.#dueMs(1 + underway, nowMs, this.#learnedBurst))
  }

  /** Answered, or given up; `mayCount` unless it is certain that the service counts nothing. */
  end(message: Message, nowMs: number, mayCount: boolean): void {
    if (this.#messages.delete(message) && message.leftMs !== null && mayCount) this.#take(nowMs)
  }

  #settle(nowMs: number): void {
    for (const message of this.#messages) {
      const { leftMs } = message
      if (leftMs === null || nowMs - leftMs < LONGEST_VERDICT_MS) continue
      this.end(message, leftMs + LONGEST_VERDICT_MS, true)
    }
  }

  get #learnedBurst(): number {
    return Math.min(this.#burst, this.#pace.burst)
  }

  #dueMs(wanted: number, nowMs: number, burst: number): number {
    const missing = wanted - this.#tokensAt(nowMs, burst)
    return missing <= 0 ? nowMs : nowMs + (missing / this.#pace.callsPerSec(nowMs)) * 1000
  }

  #take(nowMs: number): void {
    this.#tokens = this.#tokensAt(nowMs, this.#learnedBurst) - 1
    this.#atMs = Math.max(this.#atMs, nowMs)
  }

  #tokensAt(nowMs: number, burst: number): number {
    if (this.#atMs === Number.NEGATIVE_INFINITY) return Math.min(burst, this.#tokens)
    const elapsedMs = Math.max(0, nowMs - this.#atMs)
    return Math.min(burst, this.#tokens + (elapsedMs / 1000) * this.#pace.callsPerSec(nowMs))
  }
}
