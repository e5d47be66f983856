interface Flight<V> {
  readonly result: Promise<V>
  readonly controller: AbortController
  waiters: number
}

/**
 * One run for each key, however many ask for it at the same time.
 * Nothing is remembered after a run: the next one to ask starts another.
 */
export class SingleFlight<K, V> {
  readonly #flights = new Map<K, Flight<V>>()

  /** How many runs are under way. */
  get size(): number {
    return this.#flights.size
  }

  /**
   * Joins the run under way for `key`, or starts one with `start`; all who wait get the same value or error.
   * A waiter whose signal aborts rejects at once with its reason and stops nobody else. When the last one has gone
   * the signal given to `start` aborts with that reason, and who comes later starts anew.
   */
  async run(key: K, start: (signal: AbortSignal) => Promise<V>, signal?: AbortSignal): Promise<V> {
    signal?.throwIfAborted()
    const flight = this.#flights.get(key) ?? this.#begin(key, start)
    flight.waiters++
    if (!signal) return flight.result
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const leave = () => {
      if (--flight.waiters === 0) this.#abandon(key, flight, signal.reason)
      reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([flight.result, aborted])
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  #begin(key: K, start: (signal: AbortSignal) => Promise<V>): Flight<V> {
    const controller = new AbortController()
    const result = begun(start, controller.signal).finally(() => this.#forget(key, flight))
    const flight: Flight<V> = { result, controller, waiters: 0 }
    // When all waiters have gone nobody hears of its end any more.
    result.catch(() => {})
    this.#flights.set(key, flight)
    return flight
  }

  #abandon(key: K, flight: Flight<V>, reason: unknown): void {
    this.#forget(key, flight)
    flight.controller.abort(reason)
  }

  /** Another run may have taken the key since. */
  #forget(key: K, flight: Flight<V>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
  }
}

/** Async, so that a throw before the first await is a rejection too. */
async function begun<V>(start: (signal: AbortSignal) => Promise<V>, signal: AbortSignal): Promise<V> {
  return await start(signal)
}
