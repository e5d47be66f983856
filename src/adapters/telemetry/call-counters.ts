/** How often something was called, how it ended, what it gave. Only grows. */
export interface CallFigures {
  readonly call: string
  readonly outcome: string
  readonly count: number
  readonly bytes: number
  readonly seconds: number
}

/** Counts calls by name and outcome, for whoever prints figures. */
export class CallCounters {
  readonly #figures = new Map<
    string,
    { call: string; outcome: string; count: number; bytes: number; seconds: number }
  >()
  readonly #inFlight = new Map<string, number>()

  begun(call: string): void {
    this.#inFlight.set(call, (this.#inFlight.get(call) ?? 0) + 1)
  }

  ended(call: string, how: { readonly outcome: string; readonly byteLength: number; readonly totalMs: number }): void {
    this.#inFlight.set(call, (this.#inFlight.get(call) ?? 1) - 1)
    const key = `${call} ${how.outcome}`
    const figures = this.#figures.get(key) ?? { call, outcome: how.outcome, count: 0, bytes: 0, seconds: 0 }
    figures.count++
    figures.bytes += how.byteLength
    figures.seconds += how.totalMs / 1000
    this.#figures.set(key, figures)
  }

  figures(): readonly CallFigures[] {
    return [...this.#figures.values()]
  }

  inFlight(): ReadonlyMap<string, number> {
    return this.#inFlight
  }
}
