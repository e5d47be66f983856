import type { JobProgress } from '#domain/job-queue.ts'
import type { JobLease } from './job-lease.ts'

/** Writes the newest progress of a job now and then; what comes in between is passed over. */
export class ProgressReport {
  readonly #lease: JobLease
  readonly #everyMs: number
  readonly #startPercent: number
  #timer: ReturnType<typeof setTimeout> | undefined
  #writtenMs = Number.NEGATIVE_INFINITY
  #newest: JobProgress | null = null

  /** `startPercent`: how far earlier attempts came. Coming further shows that the job does not kill its workers. */
  constructor(lease: JobLease, everyMs: number, startPercent: number) {
    this.#lease = lease
    this.#everyMs = everyMs
    this.#startPercent = startPercent
  }

  report(progress: JobProgress): void {
    this.#newest = progress
    const waitMs = this.#writtenMs + this.#everyMs - performance.now()
    this.#timer ??= setTimeout(() => this.#write(), Math.max(0, waitMs))
  }

  /** Stops writing; gives the columns that say what was reported last. */
  end() {
    clearTimeout(this.#timer)
    return this.#columns()
  }

  #write(): void {
    this.#timer = undefined
    this.#writtenMs = performance.now()
    // A failure is the lease's to judge; the next report says more than this one.
    this.#lease.write(this.#columns()).catch(() => {})
  }

  #columns() {
    if (!this.#newest) return {}
    const further = this.#newest.percent > this.#startPercent
    return { progress: JSON.stringify(this.#newest), ...(further && { losses: 0 }) }
  }
}
