import { TelegramError } from './api-error.ts'
import type { Clock } from './clock.ts'
import type { CallKind } from './call-kind.ts'

/**
 * Longest wait for the verdict on another call: one that takes longer is hardly going to be a 429. Where there were some
 * lately, calls are rare anyway, and being sure costs nothing.
 */
const VERDICT_WAIT_MS = { usual: 1000, wary: 5000 }
const WARY_FOR_MS = 600_000

/**
 * The last door before a call of one bot leaves: whatever was planned, nothing passes before `retry_after` is over. A 429
 * does not say which of its limits it means, so it holds up all calls of that kind, in every chat of the bot.
 */
export class FloodGate {
  readonly #clock: Clock
  readonly #doors = new Map<CallKind, Door>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** No call before this moment (of the clock). Never moves an earlier promise forward. */
  hold(kind: CallKind, untilMs: number): void {
    const door = this.#door(kind)
    door.heldUntilMs = Math.max(door.heldUntilMs, untilMs)
    door.waryUntilMs = door.heldUntilMs + WARY_FOR_MS
  }

  heldUntilMs(kind: CallKind): number {
    return this.#doors.get(kind)?.heldUntilMs ?? Number.NEGATIVE_INFINITY
  }

  /**
   * Resolves when a call may leave this instant. Waits for the verdict on a call that has been handed over entirely:
   * it may be a 429, and then the next call must not be on its way already. One that `holdsLastByte` need not, unless there
   * were some lately: its end is what counts. Throws `rate-limited` while the door is held.
   */
  async pass(kind: CallKind, call: string, holdsLastByte = false): Promise<void> {
    const door = this.#door(kind)
    const fromMs = this.#clock.nowMs()
    const usualMs = holdsLastByte ? 0 : VERDICT_WAIT_MS.usual
    const untilMs = fromMs + (fromMs < door.waryUntilMs ? VERDICT_WAIT_MS.wary : usualMs)
    while (door.verdicts.size > 0 && this.#clock.nowMs() < untilMs) {
      const timer = new AbortController()
      const limit = this.#clock.sleep(untilMs - this.#clock.nowMs(), timer.signal).catch(() => {})
      await Promise.race([...door.verdicts, limit])
      timer.abort()
    }
    const leftMs = door.heldUntilMs - this.#clock.nowMs()
    if (leftMs <= 0) return
    const message = `${call}: not sent, since Telegram asked to wait`
    throw new TelegramError(message, { kind: 'rate-limited', sent: 'no', retryAfterMs: leftMs })
  }

  /** A call has been handed over entirely and now awaits its answer. The result ends that. */
  awaitVerdict(kind: CallKind): () => void {
    const door = this.#door(kind)
    const { promise, resolve } = Promise.withResolvers<void>()
    door.verdicts.add(promise)
    return () => {
      door.verdicts.delete(promise)
      resolve()
    }
  }

  #door(kind: CallKind): Door {
    const known = this.#doors.get(kind)
    if (known) return known
    const door = {
      heldUntilMs: Number.NEGATIVE_INFINITY,
      waryUntilMs: Number.NEGATIVE_INFINITY,
      verdicts: new Set<Promise<void>>(),
    }
    this.#doors.set(kind, door)
    return door
  }
}

interface Door {
  heldUntilMs: number
  waryUntilMs: number
  readonly verdicts: Set<Promise<void>>
}
