import type { Clock } from './clock.ts'

/** Notices that something has been waited for too long. Costs a field per step, not a timer. */
export class StallGuard implements Disposable {
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #onStall: () => void
  readonly #ended = new AbortController()
  #waitingSinceMs = Number.POSITIVE_INFINITY

  /** `onStall` is called at most once, when a wait lasted `limitMs`. */
  constructor(clock: Clock, limitMs: number, onStall: () => void) {
    this.#clock = clock
    this.#limitMs = limitMs
    this.#onStall = onStall
    void this.#watch()
  }

  /** From now on something is awaited. */
  wait(): void {
    this.#waitingSinceMs = this.#clock.nowMs()
  }

  /** It came; nothing is awaited until the next `wait`. */
  rest(): void {
    this.#waitingSinceMs = Number.POSITIVE_INFINITY
  }

  [Symbol.dispose](): void {
    this.#ended.abort()
  }

  async #watch(): Promise<void> {
    let leftMs = this.#limitMs
    while (leftMs > 0) {
      try {
        await this.#clock.sleep(leftMs, this.#ended.signal)
      } catch {
        return
      }
      const waitedMs = this.#clock.nowMs() - this.#waitingSinceMs
      leftMs = this.#limitMs - Math.max(0, waitedMs)
    }
    this.#onStall()
  }
}
