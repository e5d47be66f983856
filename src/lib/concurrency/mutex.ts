interface Waiter {
  enter(): void
}

/** Lets one at a time through, in the order in which they came. */
export class Mutex {
  readonly #waiters: Waiter[] = []
  #held = false

  /**
   * Resolves with the lock when it is free: `using lock = await mutex.acquire(signal)`.
   * Rejects with the signal's reason when that aborts first; the place in the queue is then given up.
   */
  async acquire(signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted()
    if (this.#held) await this.#turn(signal)
    this.#held = true
    return this.#lock()
  }

  /** Runs `work` alone. */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    using _lock = await this.acquire(signal)
    return await work()
  }

  /** Resolves when the one before hands over; the lock stays held in between, so nobody can slip in. */
  #turn(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
        reject(signal?.reason)
      }
      const waiter = {
        enter: () => {
          signal?.removeEventListener('abort', leave)
          resolve()
        },
      }
      this.#waiters.push(waiter)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  #lock(): Disposable {
    let released = false
    return {
      [Symbol.dispose]: () => {
        if (released) return
        released = true
        const next = this.#waiters.shift()
        if (next) next.enter()
        else this.#held = false
      },
    }
  }
}
