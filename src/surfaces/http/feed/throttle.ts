/** Runs the newest action of each key at once, then at most once per interval. */
export class Throttle {
  readonly #intervalMs: number
  readonly #resting = new Map<string, { readonly timer: NodeJS.Timeout; next: (() => unknown) | null }>()

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  run(key: string, action: () => unknown): void {
    const resting = this.#resting.get(key)
    if (resting) {
      resting.next = action
      return
    }
    const timer = setTimeout(() => this.#wake(key), this.#intervalMs)
    timer.unref()
    this.#resting.set(key, { timer, next: null })
    action()
  }

  /** What waits for its turn under this key will not run. */
  cancel(key: string): void {
    const resting = this.#resting.get(key)
    if (resting) resting.next = null
  }

  close(): void {
    for (const { timer } of this.#resting.values()) clearTimeout(timer)
    this.#resting.clear()
  }

  #wake(key: string): void {
    const next = this.#resting.get(key)?.next
    this.#resting.delete(key)
    if (next) this.run(key, next)
  }
}
