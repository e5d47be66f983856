import type { JobProgress } from '#domain/job-queue.ts'
import type { PartNote } from '#domain/part-file.ts'
import { MovingRate } from './moving-rate.ts'

/** How far a file is, by bytes. */
export class FileProgress {
  readonly #total: number | null
  readonly #rate: MovingRate
  #bytes = 0

  constructor({ byteLength, partBytes }: PartNote, done: ReadonlySet<number>, nowMs: number) {
    this.#total = byteLength
    this.#rate = new MovingRate(nowMs)
    for (const number of done) this.#bytes += Math.min(partBytes, (byteLength ?? 0) - number * partBytes)
  }

  received(nowMs: number, byteLength: number): void {
    this.#bytes += byteLength
    this.#rate.add(nowMs, byteLength)
  }

  /** Bytes that came for nothing: their part begins anew. */
  lost(byteLength: number): void {
    this.#bytes -= byteLength
  }

  at(nowMs: number): JobProgress {
    const bytesPerSec = Math.round(this.#rate.bytesPerSec(nowMs))
    const total = this.#total
    const left = total === null ? null : Math.max(0, total - this.#bytes)
    return {
      stage: 'download',
      percent: total === null || total === 0 ? 0 : Math.min(100, (this.#bytes / total) * 100),
      bytesPerSec,
      secondsLeft: left === null || bytesPerSec === 0 ? null : left / bytesPerSec,
      bytes: this.#bytes,
      totalBytes: total,
    }
  }
}
