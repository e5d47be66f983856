export interface RateBounds {
  /** So many in any stretch of `windowMs`. */
  readonly count: number
  readonly windowMs: number
  /** Moments remembered over all keys (8 bytes each); beyond it those who asked longest ago are forgotten. */
  readonly maxMoments?: number
}

export interface RateAnswer {
  readonly allowed: boolean
  /** How many more may follow at once. */
  readonly remaining: number
  /** From now until one more may come than now: exactly then it is allowed, not a millisecond before. 0: all may come. */
  readonly waitMs: number
}

const MAX_MOMENTS = 1_000_000

/**
 * A limit per key over a sliding window: never more than `count` in any (t, t + windowMs]. Exact, for it remembers each
 * moment. The clock is the caller's and must not go back.
 */
export class RateWindow {
  readonly #bounds: Required<RateBounds>
  /** The longest unseen first. */
  readonly #keys = new Map<string, Moments>()
  #held = 0

  constructor(bounds: RateBounds) {
    this.#bounds = { maxMoments: MAX_MOMENTS, ...bounds }
  }

  /** Counts it when it is allowed; what is refused costs nothing. */
  take(key: string, nowMs: number): RateAnswer {
    const moments = this.#touch(key, nowMs)
    if (moments.size >= this.#bounds.count) return this.#answer(moments, nowMs, false)
    moments.add(nowMs)
    this.#keys.set(key, moments)
    this.#held++
    this.#forgetBeyond(key)
    return this.#answer(moments, nowMs, true)
  }

  /** As `take`, counting nothing. */
  look(key: string, nowMs: number): RateAnswer {
    const moments = this.#touch(key, nowMs)
    return this.#answer(moments, nowMs, moments.size < this.#bounds.count)
  }

  /** Moments remembered now. */
  get held(): number {
    return this.#held
  }

  /** How many keys are known now. */
  get keys(): number {
    return this.#keys.size
  }

  #touch(key: string, nowMs: number): Moments {
    const moments = this.#keys.get(key) ?? new Moments()
    this.#keys.delete(key)
    this.#held -= moments.dropUntil(nowMs - this.#bounds.windowMs)
    if (moments.size > 0) this.#keys.set(key, moments)
    return moments
  }

  #forgetBeyond(kept: string): void {
    for (const [key, moments] of this.#keys) {
      if (this.#held <= this.#bounds.maxMoments || key === kept) return
      this.#keys.delete(key)
      this.#held -= moments.size
    }
  }

  #answer(moments: Moments, nowMs: number, allowed: boolean): RateAnswer {
    const { count, windowMs } = this.#bounds
    const waitMs = moments.size === 0 ? 0 : moments.oldest + windowMs - nowMs
    return { allowed, remaining: count - moments.size, waitMs }
  }
}

/** In order; those at the front go without moving the others each time. */
class Moments {
  #times: number[] = []
  #first = 0

  get size(): number {
    return this.#times.length - this.#first
  }

  get oldest(): number {
    return this.#times[this.#first] ?? Number.NaN
  }

  add(timeMs: number): void {
    this.#times.push(timeMs)
  }

  /** Drops those at `limitMs` and before; says how many. */
  dropUntil(limitMs: number): number {
    const before = this.#first
    while (this.size > 0 && this.oldest <= limitMs) this.#first++
    const dropped = this.#first - before
    if (this.#first > this.#times.length / 2) {
      this.#times = this.#times.slice(this.#first)
      this.#first = 0
    }
    return dropped
  }
}
