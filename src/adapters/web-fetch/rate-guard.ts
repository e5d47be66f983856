/** What a body has to hold to, so that nobody keeps us waiting on purpose. */
export interface RateLimits {
  /** Longest time without a byte. */
  readonly stallMs: number
  /** Least average over `windowMs`. */
  readonly minBytesPerSec: number
  readonly windowMs: number
}

/**
 * Watches that bytes come fast enough. Only time in which they are wanted counts: a reader who takes his time is not the
 * server's fault.
 */
export class RateGuard implements Disposable {
  readonly #limits: RateLimits
  readonly #timer: NodeJS.Timeout
  #byteLength = 0
  #pausedMs = 0
  #pausedAt = 0

  /** `onSlow` is called once. */
  constructor(limits: RateLimits, onSlow: () => void) {
    this.#limits = limits
    this.#timer = setInterval(() => {
      if (this.#isFastEnough()) return
      clearInterval(this.#timer)
      onSlow()
    }, limits.windowMs)
  }

  count(byteLength: number): void {
    this.#byteLength += byteLength
  }

  pause(): void {
    this.#pausedAt = performance.now()
  }

  resume(): void {
    this.#pausedMs += performance.now() - this.#pausedAt
    this.#pausedAt = 0
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #isFastEnough(): boolean {
    const { windowMs, minBytesPerSec } = this.#limits
    const isPaused = this.#pausedAt > 0
    if (isPaused) this.resume()
    const wantedMs = windowMs - this.#pausedMs
    // Too short a time to judge by; there was so much that the reader had to rest.
    const enough = wantedMs < windowMs / 2 || this.#byteLength >= (wantedMs / 1000) * minBytesPerSec
    this.#byteLength = 0
    this.#pausedMs = 0
    if (isPaused) this.pause()
    return enough
  }
}
