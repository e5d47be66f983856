const WINDOW_MS = 5000

/** How fast bytes go lately. */
export class TransferRate {
  #samples: { readonly atMs: number; readonly bytes: number }[] = []

  /** `bytes` is the total so far. */
  add(bytes: number, atMs: number): void {
    this.#samples.push({ atMs, bytes })
    while (this.#samples.length > 2 && atMs - (this.#samples[0]?.atMs ?? atMs) > WINDOW_MS) this.#samples.shift()
  }

  /** Bytes per second over the last five seconds; 0 while that cannot be said. */
  get bytesPerSec(): number {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || last.atMs - first.atMs < 200) return 0
    return ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000
  }

  reset(): void {
    this.#samples = []
  }
}
