/** Tells others in this process that something has changed, and lets them wait for it. */
export class News {
  #count = 0
  #wake = Promise.withResolvers<void>()

  get count(): number {
    return this.#count
  }

  tell(): void {
    this.#count++
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  /** Resolves when there was news after the first `seen`, at the latest after `atMostMs`. Rejects when the signal aborts. */
  async wait(seen: number, atMostMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#count !== seen) return
    const ended = Promise.withResolvers<void>()
    const abort = () => ended.reject(signal.reason)
    const timer = setTimeout(ended.resolve, atMostMs)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await Promise.race([this.#wake.promise, ended.promise])
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  }
}
