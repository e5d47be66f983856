/** Nobody runs ahead of the slowest by more than this. */
const SLACK_SEC = 4

/** Keeps several that move along one timeline together, so that little of one has to wait in memory for another. */
export class Pace {
  readonly #reachedSec = new Map<string, number>()
  #changed = Promise.withResolvers<void>()

  constructor(names: readonly string[]) {
    for (const name of names) this.#reachedSec.set(name, 0)
  }

  /** The others wait for this one again, which stands here. */
  enter(name: string, sec: number): void {
    this.#reachedSec.set(name, sec)
    this.#wake()
  }

  /** Resolves when `name` may go on from here. */
  async reach(name: string, sec: number): Promise<void> {
    this.#reachedSec.set(name, Math.max(this.#reachedSec.get(name) ?? sec, sec))
    this.#wake()
    while (sec > Math.min(...this.#reachedSec.values()) + SLACK_SEC) await this.#changed.promise
  }

  /** Nobody waits for this one until it enters again. */
  leave(name: string): void {
    this.#reachedSec.delete(name)
    this.#wake()
  }

  #wake(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}
