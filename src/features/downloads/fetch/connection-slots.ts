/** As many at once as may be now; those who wait get in by their order, the oldest segment first. */
export class ConnectionSlots {
  readonly #most: () => number
  readonly #waiting: { readonly order: number; enter(): void }[] = []
  #taken = 0

  constructor(most: () => number) {
    this.#most = most
  }

  /** Somebody is waiting, or there is no room for one. */
  get busy(): boolean {
    return this.#taken >= this.#most()
  }

  get taken(): number {
    return this.#taken
  }

  /** Rejects with the signal's reason. */
  async acquire(order: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.busy && this.#waiting.length === 0) {
      this.#taken++
      return
    }
    await this.#turn(order, signal)
  }

  release(): void {
    this.#taken--
    this.letIn()
  }

  /** To be called when there may be more of them. */
  letIn(): void {
    while (!this.busy) {
      const next = this.#waiting.shift()
      if (!next) return
      this.#taken++
      next.enter()
    }
  }

  #turn(order: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(signal.reason)
      }
      const waiter = {
        order,
        enter: () => {
          signal.removeEventListener('abort', abort)
          resolve()
        },
      }
      const before = this.#waiting.findIndex((each) => each.order > order)
      this.#waiting.splice(before < 0 ? this.#waiting.length : before, 0, waiter)
      signal.addEventListener('abort', abort, { once: true })
    })
  }
}
