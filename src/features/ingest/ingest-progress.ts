import type { JobProgress } from '#domain/job-queue.ts'

/** Turns what was reached into percent, speed and time left. */
export class IngestProgress {
  readonly #report: (progress: JobProgress) => void
  readonly #startedMs = performance.now()
  #stage = 'probe'
  #durationSec = 0
  #cutStartedMs = 0
  #cutStartedAtSec: number | null = null

  constructor(report: (progress: JobProgress) => void) {
    this.#report = report
    report({ stage: 'probe', percent: 0, bytesPerSec: 0, secondsLeft: null })
  }

  get elapsedSec(): number {
    return (performance.now() - this.#startedMs) / 1000
  }

  /** `durationSec` 0: not known. */
  enter(stage: 'cut' | 'store', durationSec = 0): void {
    this.#stage = stage
    this.#durationSec = durationSec
    this.#cutStartedMs = performance.now()
    this.#report({ stage, percent: stage === 'cut' ? 0 : 99, bytesPerSec: 0, secondsLeft: null })
  }

  /** `reachedSec` of the film is cut; `bytes` were written by this attempt. */
  advance(reachedSec: number, bytes: number): void {
    this.#cutStartedAtSec ??= reachedSec
    const elapsedSec = Math.max(0.001, (performance.now() - this.#cutStartedMs) / 1000)
    const speed = (reachedSec - this.#cutStartedAtSec) / elapsedSec
    this.#report({
      stage: this.#stage,
      percent: this.#durationSec === 0 ? 0 : Math.min(99, (reachedSec / this.#durationSec) * 99),
      bytesPerSec: Math.round(bytes / elapsedSec),
      secondsLeft: speed > 0 && this.#durationSec > 0 ? Math.max(0, (this.#durationSec - reachedSec) / speed) : null,
    })
  }
}
