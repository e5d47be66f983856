import type { ChannelLedger } from '#domain/channel-ledger.ts'
import type { Lanes } from './lane.ts'

/** A process that can be killed: from then on nothing it began goes on, though what it sent may still arrive. */
export class OneLife {
  #isOver = false
  readonly #steps: number

  #reached = 0

  /** Dies when that many steps were reached. */
  constructor(steps = Number.POSITIVE_INFINITY) {
    this.#steps = steps
  }

  get isOver(): boolean {
    return this.#isOver
  }

  readonly reached = (): void => {
    if (++this.#reached >= this.#steps) this.#isOver = true
  }

  /** Resolves with what the process still sees of it; the dead see nothing. */
  async outcome<T>(work: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown } | 'dead'> {
    const settled = work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    const death = new AbortController()
    const dead = this.#whenOver(death.signal)
    const outcome = await Promise.race([settled, dead])
    death.abort()
    return this.#isOver ? 'dead' : outcome
  }

  ledger(ledger: ChannelLedger): ChannelLedger {
    return this.#mortal(ledger)
  }

  lanes(lanes: Lanes): Lanes {
    return {
      chatIds: lanes.chatIds,
      run: (wish, work) => lanes.run(wish, (lane, signal) => work({ ...lane, bot: this.#mortal(lane.bot) }, signal)),
    }
  }

  #mortal<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (of, key) => {
        const value = Reflect.get(of, key) as unknown
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => this.#call(() => value.apply(of, args) as unknown)
      },
    })
  }

  #call(work: () => unknown): unknown {
    if (this.#isOver) return new Promise(() => {})
    const result = work()
    if (!(result instanceof Promise)) return result
    return result.then(
      (value) => (this.#isOver ? new Promise(() => {}) : value),
      (error: unknown) => (this.#isOver ? new Promise(() => {}) : Promise.reject(error)),
    )
  }

  async #whenOver(signal: AbortSignal): Promise<'dead'> {
    while (!this.#isOver && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 3))
    return 'dead'
  }
}
