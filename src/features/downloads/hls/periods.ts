interface Life {
  readonly startPeriod: number
  readonly firstDsn: number
}

/**
 * Numbers the timelines of a stream for all its renditions alike: the discontinuity sequence number leads, so the same
 * discontinuity gives the same period everywhere. Where a live stream begins anew all of it moves behind what was.
 */
export class Periods {
  /** By how often the stream began anew. */
  readonly #lives: Life[] = []
  #highest: number

  /** The first life: `firstDsn` is the lowest of all renditions, and becomes `startPeriod`. `highest` is in use already. */
  constructor(firstDsn: number, startPeriod = 0, highest = startPeriod - 1) {
    this.#lives.push({ startPeriod, firstDsn })
    this.#highest = highest
  }

  /** Of a segment with this DSN; the first one seen of a new life sets where it begins. */
  of(life: number, dsn: number): number {
    while (this.#lives.length <= life) this.#lives.push({ startPeriod: this.#highest + 1, firstDsn: dsn })
    const { startPeriod, firstDsn } = this.#lives[life] as Life
    const period = startPeriod + Math.max(0, dsn - firstDsn)
    this.#highest = Math.max(this.#highest, period)
    return period
  }

  /** The DSN that has this period in the first life: for what was recorded before. */
  dsnOf(period: number): number {
    const { startPeriod, firstDsn } = this.#lives[0] as Life
    return period - startPeriod + firstDsn
  }
}
