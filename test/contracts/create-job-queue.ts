import type { Events, ProductEvent } from '#domain/events.ts'
import type { JobId } from '#domain/ids.ts'
import type { Job, JobHandlers, JobQueue } from '#domain/job-queue.ts'

export interface OpenJobQueue extends AsyncDisposable {
  readonly jobs: JobQueue
}

/** An empty queue whose clock, chance and listeners are the test's. */
export type CreateJobQueue = (about: {
  /** Milliseconds since 1970; back-off is measured by it. */
  readonly now: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly events: Events
  /** Real milliseconds. */
  readonly pollMs: number
  readonly keepFinished: number
}) => Promise<OpenJobQueue>

/** What a test sees of a queue, and how it ends it. */
export class JobTest implements AsyncDisposable {
  nowMs = Date.UTC(2025, 0, 1)
  readonly events: Job[] = []
  readonly removed: JobId[] = []
  readonly #stop = new AbortController()
  #opened: OpenJobQueue | undefined
  readonly #working: Promise<void>[] = []

  static async open(create: CreateJobQueue, { pollMs = 10, keepFinished = 100 } = {}): Promise<JobTest> {
    const test = new JobTest()
    const events = { emit: (event: ProductEvent) => test.#hear(event) }
    test.#opened = await create({ now: () => test.nowMs, random: () => 0.5, events, pollMs, keepFinished })
    return test
  }

  #hear(event: ProductEvent): void {
    if (event.kind === 'job-changed') this.events.push(event.job)
    if (event.kind === 'job-removed') this.removed.push(event.jobId)
  }

  get jobs(): JobQueue {
    return (this.#opened as OpenJobQueue).jobs
  }

  /** Lets jobs be worked on until `stop`. */
  work(handlers: JobHandlers, concurrency: number | (() => number) = 1): void {
    this.#working.push(this.jobs.work(handlers, { concurrency, signal: this.#stop.signal }))
  }

  /** Resolves when all jobs in progress have ended. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#working)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await this.#opened?.[Symbol.asyncDispose]()
  }
}

/** Resolves with what `look` gives once that is not false; looks again every few ms, for 10 s at most. */
export async function until<Seen>(look: () => Promise<Seen | false> | Seen | false): Promise<Seen> {
  const deadline = performance.now() + 10_000
  for (;;) {
    const seen = await look()
    if (seen !== false) return seen
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${look.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Resolves when the signal aborts, by rejecting as `fetch` and its like do. */
export async function untilAborted(signal: AbortSignal): Promise<never> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  throw signal.reason
}
