import type { JobProgress } from '#domain/job-queue.ts'
import type { RecordedSegment, RecordingHead } from '#domain/recording.ts'
import { MovingRate } from './moving-rate.ts'

/** How far a stream is: by playing time where that is known. */
export class StreamProgress {
  readonly #stage: 'download' | 'record'
  readonly #totalSec: number | null
  readonly #rate: MovingRate
  #doneSec = 0
  #doneBytes = 0

  constructor({ durationSec, renditions, live }: RecordingHead, nowMs: number) {
    this.#stage = live ? 'record' : 'download'
    this.#totalSec = durationSec === null ? null : durationSec * Math.max(1, renditions.length)
    this.#rate = new MovingRate(nowMs)
  }

  received(nowMs: number, byteLength: number): void {
    this.#rate.add(nowMs, byteLength)
  }

  done({ durationSec, byteLength }: Pick<RecordedSegment, 'durationSec' | 'byteLength'>): void {
    this.#doneSec += durationSec
    this.#doneBytes += byteLength
  }

  get bytes(): number {
    return this.#doneBytes
  }

  at(nowMs: number): JobProgress {
    const bytesPerSec = Math.round(this.#rate.bytesPerSec(nowMs))
    const share = this.#totalSec === null || this.#totalSec <= 0 ? null : Math.min(1, this.#doneSec / this.#totalSec)
    const totalBytes = share === null || share === 0 ? null : Math.round(this.#doneBytes / share)
    return {
      stage: this.#stage,
      percent: (share ?? 0) * 100,
      bytesPerSec,
      secondsLeft: totalBytes === null || bytesPerSec === 0 ? null : (totalBytes - this.#doneBytes) / bytesPerSec,
      bytes: this.#doneBytes,
      totalBytes,
    }
  }
}
