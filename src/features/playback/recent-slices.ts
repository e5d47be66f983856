/** Proved slices that no cache keeps, for a moment: what one read of a pack brought is asked for soon. Least recent first. */
export class RecentSlices {
  readonly #maxBytes: number
  readonly #entries = new Map<string, Uint8Array>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(key: string): Uint8Array | undefined {
    const bytes = this.#entries.get(key)
    if (!bytes) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, bytes)
    return bytes
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  set(key: string, bytes: Uint8Array): void {
    this.#drop(key)
    this.#entries.set(key, bytes)
    this.#bytes += bytes.byteLength
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.#drop(oldest)
    }
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.byteLength ?? 0
    this.#entries.delete(key)
  }
}
