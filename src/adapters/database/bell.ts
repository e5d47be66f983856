/** Wakes one waiter early. A ring while nobody waits is heard by the next who does. */
export class Bell {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Resolves after `limitMs`, on a ring, or when the signal aborts; never rejects. */
  async heard(limitMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
        signal.addEventListener('abort', this.#wake, { once: true })
      })
      if (this.#wake) signal.removeEventListener('abort', this.#wake)
    }
    this.#wake = undefined
    this.#rung = false
  }
}
