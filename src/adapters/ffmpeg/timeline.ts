/** Where a period of the source lies in the film. */
export interface PeriodPlace {
  /** Source time of its first picture (or sound, without pictures). */
  readonly firstSec: number
  /** What is added to source times to get presentation times. One for all renditions: they keep their distances. */
  readonly offsetSec: number
}

/** Times of MPEG-2 begin anew after this (33 bits of 90 kHz, ISO/IEC 13818-1 §2.4.3.7). */
const WRAP_SEC = 2 ** 33 / 90_000

/** The places of periods, as the main rendition finds them; the others wait for it. */
export class Timeline {
  readonly #places = new Map<number, PeriodPlace>()
  #newest = Number.NEGATIVE_INFINITY
  #hasEnded = false
  #changed = Promise.withResolvers<void>()

  open(period: number, place: PeriodPlace): void {
    this.#places.set(period, place)
    this.#newest = Math.max(this.#newest, period)
    this.#wake()
  }

  /** No more periods will come. */
  end(): void {
    this.#hasEnded = true
    this.#wake()
  }

  known(period: number): PeriodPlace | null {
    return this.#places.get(period) ?? null
  }

  /** Null when the main rendition has nothing of this period. */
  async place(period: number): Promise<PeriodPlace | null> {
    for (;;) {
      const place = this.#places.get(period)
      if (place !== undefined) return place
      if (this.#hasEnded || this.#newest > period) return null
      await this.#changed.promise
    }
  }

  #wake(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

/** What brings a time told modulo 2^33 as near to another as can be. */
export function wrapShift(sec: number, nearSec: number): number {
  return Math.round((nearSec - sec) / WRAP_SEC) * WRAP_SEC
}
