/** So many at once, and then one more every `1 / perSec` seconds. */
export interface BucketSize {
  readonly perSec: number
  readonly burst: number
}

/** Rounding of times must not cost anybody a token. */
const EPSILON = 1e-6

/** A bucket of tokens that fills at a steady pace; it is told the time. */
export class TokenBucket {
  readonly #size: BucketSize
  #tokens: number
  #atMs: number

  constructor(size: BucketSize, nowMs: number) {
    this.#size = size
    this.#tokens = size.burst
    this.#atMs = nowMs
  }

  /** Milliseconds until so many tokens are there; 0 when they are there now. More than the burst are there when it is full. */
  waitMs(count: number, nowMs: number): number {
    this.#fill(nowMs)
    const missing = Math.min(count, this.#size.burst) - this.#tokens
    return missing <= EPSILON ? 0 : (missing / this.#size.perSec) * 1000
  }

  /** Takes tokens, also those that are not there yet. */
  take(count: number, nowMs: number): void {
    this.#fill(nowMs)
    this.#tokens -= count
  }

  #fill(nowMs: number): void {
    const grown = this.#tokens + ((nowMs - this.#atMs) / 1000) * this.#size.perSec
    this.#tokens = Math.min(this.#size.burst, grown)
    this.#atMs = nowMs
  }
}
