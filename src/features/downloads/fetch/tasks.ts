/** Work at the same time that ends together: the first failure stops the rest. */
export class Tasks implements AsyncDisposable {
  readonly #running = new Set<Promise<void>>()
  readonly #stop = new AbortController()
  readonly signal: AbortSignal
  #failure: { readonly error: unknown } | null = null

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#stop.signal])
  }

  start(work: () => Promise<void>): void {
    const run = work().catch((error) => {
      this.#failure ??= { error }
      this.#stop.abort(error)
    })
    this.#running.add(run)
    void run.then(() => this.#running.delete(run))
  }

  /** Calls it again and again until everything has ended. */
  repeat(work: () => void, sleep: (ms: number) => Promise<void>, everyMs: number): void {
    const run = async () => {
      for (;;) {
        await sleep(everyMs)
        work()
      }
    }
    run().catch(() => {}) // Only the signal ends it.
  }

  /** Resolves when all that was started has ended; rejects with the first failure. */
  async all(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
    if (this.#failure) throw this.#failure.error
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('It has ended.', 'AbortError'))
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
