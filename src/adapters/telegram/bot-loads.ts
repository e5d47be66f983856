import type { BlobRef } from '#domain/blob-store.ts'

const MAX_REMEMBERED = 1000

/** How many downloads each bot has open, and who gave a blob last. */
export class BotLoads {
  readonly #open = new Map<number, number>()
  readonly #last = new Map<BlobRef, number>()

  constructor(botIds: readonly number[] = []) {
    for (const botId of botIds) this.meet(botId)
  }

  get botIds(): Iterable<number> {
    return this.#open.keys()
  }

  meet(botId: number): void {
    if (!this.#open.has(botId)) this.#open.set(botId, 0)
  }

  /** How many it has open. */
  openOf(botId: number): number {
    return this.#open.get(botId) ?? 0
  }

  /** Until it is disposed. */
  load(botId: number): Disposable {
    this.#open.set(botId, (this.#open.get(botId) ?? 0) + 1)
    return { [Symbol.dispose]: () => this.#open.set(botId, Math.max(0, (this.#open.get(botId) ?? 0) - 1)) }
  }

  /** The bot gives the blob now. */
  note(ref: BlobRef, botId: number): void {
    this.#last.delete(ref)
    this.#last.set(ref, botId)
    const [oldest] = this.#last.keys()
    if (this.#last.size > MAX_REMEMBERED && oldest) this.#last.delete(oldest)
  }

  lastOf(ref: BlobRef): number | undefined {
    return this.#last.get(ref)
  }

  /** Undefined when there is none but those to avoid. */
  leastLoaded(botIds: readonly number[], avoid: ReadonlySet<number>): number | undefined {
    return botIds.filter((botId) => !avoid.has(botId)).sort((one, other) => this.openOf(one) - this.openOf(other))[0]
  }
}
