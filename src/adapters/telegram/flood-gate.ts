import { TelegramError } from './api-error.ts'
import type { Clock } from './clock.ts'

/** Longest wait for the verdict on another call; one that hangs is not going to be a 429. */
const VERDICT_WAIT_MS = 3000

/**
 * The last door before a call of one bot leaves: whatever was planned, nothing passes before `retry_after` is over. `key`
 * names what the service limits together: a chat for sends, `read`, `delete`.
 */
export class FloodGate {
  readonly #clock: Clock
  readonly #doors = new Map<string, Door>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** No call before this moment (of the clock). Never moves an earlier promise forward. */
  hold(key: string, untilMs: number): void {
    const door = this.#door(key)
    door.heldUntilMs = Math.max(door.heldUntilMs, untilMs)
  }

  heldUntilMs(key: string): number {
    return this.#doors.get(key)?.heldUntilMs ?? Number.NEGATIVE_INFINITY
  }

  /**
   * Resolves when a call may leave this instant. Waits for the verdict on a call that has been handed over entirely:
   * it may be a 429, and then the next call must not be on its way already. Throws `rate-limited` while the door is held.
   */
  async pass(key: string, call: string): Promise<void> {
    const door = this.#door(key)
    const untilMs = this.#clock.nowMs() + VERDICT_WAIT_MS
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
  awaitVerdict(key: string): () => void {
    const door = this.#door(key)
    const { promise, resolve } = Promise.withResolvers<void>()
    door.verdicts.add(promise)
    return () => {
      door.verdicts.delete(promise)
      resolve()
    }
  }

  #door(key: string): Door {
    const known = this.#doors.get(key)
    if (known) return known
    const door = { heldUntilMs: Number.NEGATIVE_INFINITY, verdicts: new Set<Promise<void>>() }
    this.#doors.set(key, door)
    return door
  }
}

interface Door {
  heldUntilMs: number
  readonly verdicts: Set<Promise<void>>
}
