/** Numbers those who come, and holds back whoever is too far ahead of the oldest that has not left. */
export class ReorderWindow {
  readonly #size: number
  readonly #left = new Set<number>()
  #next = 0
  #oldest = 0
  #wake = Promise.withResolvers<void>()

  constructor(size: number) {
    this.#size = size
  }

  /** Resolves with a number, 0, 1, 2 …, when there is room for one more. Rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<number> {
    signal.throwIfAborted()
    const abort = () => this.#wakeUp()
    signal.addEventListener('abort', abort)
    try {
      while (this.#next - this.#oldest >= this.#size) {
        await this.#wake.promise
        signal.throwIfAborted()
      }
      return this.#next++
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  leave(number: number): void {
    this.#left.add(number)
    while (this.#left.delete(this.#oldest)) this.#oldest++
    this.#wakeUp()
  }

  #wakeUp(): void {
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }
}
