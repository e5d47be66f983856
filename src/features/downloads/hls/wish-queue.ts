import type { SegmentWish } from './segment-wish.ts'

interface Lane {
  readonly waiting: SegmentWish[]
  at: number
  ended: boolean
}

/** Wishes of several renditions that come when they come; they leave in step: the earliest in the stream first. */
export class WishQueue {
  readonly #lanes = new Map<string, Lane>()
  #failure: { readonly error: unknown } | null = null
  #wake = Promise.withResolvers<void>()

  constructor(renditions: readonly string[]) {
    for (const id of renditions) this.#lanes.set(id, { waiting: [], at: 0, ended: false })
  }

  push(rendition: string, wishes: readonly SegmentWish[]): void {
    const lane = this.#lanes.get(rendition)
    for (const wish of wishes) lane?.waiting.push(wish)
    if (wishes.length > 0) this.#ring()
  }

  end(rendition: string): void {
    const lane = this.#lanes.get(rendition)
    if (lane) lane.ended = true
    this.#ring()
  }

  /** What waits still leaves before it. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#ring()
  }

  /** Waits for the next one; null when all renditions have ended. Rejects with what `fail` was given. */
  async next(): Promise<SegmentWish | null> {
    for (;;) {
      const wish = this.#take()
      if (wish) return wish
      if (this.#failure) throw this.#failure.error
      if ([...this.#lanes.values()].every(({ ended }) => ended)) return null
      await this.#wake.promise
    }
  }

  #take(): SegmentWish | null {
    let first: Lane | null = null
    let firstSec = Number.POSITIVE_INFINITY
    for (const lane of this.#lanes.values()) {
      const startSec = lane.waiting[lane.at]?.startSec ?? Number.POSITIVE_INFINITY
      if (startSec < firstSec) [first, firstSec] = [lane, startSec]
    }
    if (!first) return null
    const wish = first.waiting[first.at++] as SegmentWish
    if (first.at === first.waiting.length) {
      first.waiting.length = 0
      first.at = 0
    }
    return wish
  }

  #ring(): void {
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }
}
