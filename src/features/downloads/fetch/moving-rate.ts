const SPAN_MS = 3000
const BUCKET_MS = 100

/** Bytes a second over the last few seconds. */
export class MovingRate {
  readonly #buckets: { readonly fromMs: number; bytes: number }[] = []
  readonly #startMs: number

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  add(nowMs: number, byteLength: number): void {
    const last = this.#buckets.at(-1)
    if (last && nowMs - last.fromMs < BUCKET_MS) last.bytes += byteLength
    else this.#buckets.push({ fromMs: nowMs, bytes: byteLength })
    this.#forget(nowMs)
  }

  bytesPerSec(nowMs: number): number {
    this.#forget(nowMs)
    const bytes = this.#buckets.reduce((sum, bucket) => sum + bucket.bytes, 0)
    return (bytes * 1000) / Math.max(BUCKET_MS, Math.min(SPAN_MS, nowMs - this.#startMs))
  }

  #forget(nowMs: number): void {
    while (this.#buckets[0] && nowMs - this.#buckets[0].fromMs > SPAN_MS) this.#buckets.shift()
  }
}
