/** Which of the segments that are to be made a frame belongs to. Windows begin at `borders`; before the first is window -1. */
export class SampleWindow {
  readonly #borders: readonly number[]
  readonly #onlyAtSync: boolean
  readonly #toleranceSec: number
  #index: number | null = null

  /** `borders`: ascending container times. Pictures change the window only with a sync sample, a hair before the border. */
  constructor(borders: readonly number[], kind: 'pictures' | 'other') {
    this.#borders = borders
    this.#onlyAtSync = kind === 'pictures'
    this.#toleranceSec = kind === 'pictures' ? 0.001 : 0
  }

  /** The window of the next frame in decode order. Never goes back. */
  next(timeSec: number, sync: boolean): number {
    if (this.#index === null || sync || !this.#onlyAtSync) this.#advance(timeSec)
    return this.#index ?? -1
  }

  /**
   * Called when a track is known to have nothing before `timeSec`: the window that its next frame will have at least, or
   * null when that is the one it is in.
   */
  pass(timeSec: number): number | null {
    const before = this.#index ?? 0
    this.#advance(timeSec)
    return this.#index === before ? null : this.#index
  }

  #advance(timeSec: number): void {
    let index = this.#index ?? -1
    while (timeSec >= (this.#borders[index + 1] ?? Number.POSITIVE_INFINITY) - this.#toleranceSec) index++
    this.#index = index
  }
}
