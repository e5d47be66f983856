import { AT_ONCE_MS, LONGEST_WAIT_MS } from '#domain/job-due.ts'
import { CancelledError, ConflictError, JobNotFoundError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import type { JobId } from '#domain/ids.ts'
import { isFinalFailure, jobFailureOf, jobWaitMs } from '#domain/job-failure.ts'
import type {
  AddJobOptions,
  Job,
  JobHandlers,
  JobName,
  JobPayloads,
  JobQueue,
  RetryOptions,
} from '#domain/job-queue.ts'

export interface JobWorld {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly events: Events
  /** How often is looked whether a back-off is over. */
  readonly pollMs: number
  readonly keepFinished: number
}

interface KeptJob {
  job: Job
  readonly maxAttempts: number
  readonly dedupeKey: string | undefined
  runAtMs: number
  wish: 'finish' | 'pause' | 'cancel' | null
  /** While it runs. */
  stop: AbortController | undefined
  finish: AbortController | undefined
}

/** The queue's twin that forgets everything and needs no leases: for tests. Reports are kept at once. */
export class MemoryJobQueue implements JobQueue {
  readonly #world: JobWorld
  /** In the order of adding. */
  readonly #kept = new Map<JobId, KeptJob>()
  readonly #wakes = new Set<() => void>()

  constructor(world: Partial<JobWorld> = {}) {
    const usual = { now: () => Date.now(), random: Math.random, events: { emit() {} }, pollMs: 20, keepFinished: 500 }
    this.#world = { ...usual, ...world }
  }

  async add<Name extends JobName>(
    name: Name,
    payload: JobPayloads[Name],
    { dedupeKey, priority = 0, maxAttempts = 5 }: AddJobOptions = {},
  ): Promise<Job<Name>> {
    const twin = this.#aliveTwin(name, dedupeKey)
    if (twin) return twin.job as Job<Name>
    const now = new Date(this.#world.now())
    const id = crypto.randomUUID() as string as JobId
    const nothingYet = { state: 'waiting', attempts: 0, progress: null, failure: null, retryAt: null } as const
    const job: Job<Name> = {
      id,
      name,
      payload: { ...payload },
      ...nothingYet,
      result: null,
      priority,
      createdAt: now,
      updatedAt: now,
    }
    const running = { runAtMs: AT_ONCE_MS, wish: null, stop: undefined, finish: undefined }
    this.#kept.set(id, { job, maxAttempts, dedupeKey, ...running })
    this.#change(id, {})
    return job
  }

  async job(id: JobId): Promise<Job> {
    return this.#find(id).job
  }

  async list({ states, name, limit }: Parameters<JobQueue['list']>[0] = {}): Promise<readonly Job[]> {
    const all = [...this.#kept.values()].map(({ job }) => job).reverse()
    const found = all.filter(
      (job) => (states?.includes(job.state) ?? true) && (name === undefined || job.name === name),
    )
    return found.slice(0, limit)
  }

  async cancel(id: JobId): Promise<void> {
    const kept = this.#find(id)
    if (kept.job.state === 'waiting' || kept.job.state === 'paused') return this.#end(kept, 'cancelled')
    if (kept.job.state !== 'running') return
    kept.wish = 'cancel'
    this.#change(id, {})
    kept.stop?.abort(new CancelledError('The job was cancelled.'))
  }

  async pause(id: JobId): Promise<void> {
    const kept = this.#find(id)
    const { state } = kept.job
    if (hasEndedForGood(kept.job)) throw new ConflictError('The job cannot be paused.', { why: `It is ${state}.` })
    if (state === 'waiting') return this.#end(kept, 'paused')
    if (state !== 'running' || kept.wish === 'cancel') return
    kept.wish = 'pause'
    this.#change(id, {})
    kept.stop?.abort(new CancelledError('The job was paused.'))
  }

  async finish(id: JobId): Promise<void> {
    const kept = this.#find(id)
    const { state } = kept.job
    if (state === 'done' || state === 'cancelled' || kept.wish === 'pause' || kept.wish === 'cancel') {
      const why = state === 'running' ? 'It is being stopped.' : `It is ${state}.`
      throw new ConflictError('The job cannot be asked to finish.', { why })
    }
    if (state !== 'running') await this.retry(id)
    kept.wish = 'finish'
    this.#change(id, {})
    kept.finish?.abort(new CancelledError('The job is to end with what it has.'))
  }

  async setPriority(id: JobId, priority: number): Promise<void> {
    this.#change(id, { priority })
  }

  async remove(id: JobId): Promise<void> {
    const kept = this.#kept.get(id)
    if (!kept) return
    if (!hasEndedForGood(kept.job))
      throw new ConflictError('The job cannot be removed.', { why: `It is ${kept.job.state}.` })
    this.#kept.delete(id)
    this.#world.events.emit({ kind: 'job-removed', jobId: id })
  }

  async retry(id: JobId, { payload, done = false }: RetryOptions = {}): Promise<void> {
    const kept = this.#find(id)
    const { state, name } = kept.job
    const isPaused = kept.wish === 'pause'
    if (isPaused) kept.wish = null
    const anew = payload ? { payload } : {}
    if (state === 'running') {
      if (isPaused) kept.job = { ...kept.job, ...anew }
      return
    }
    if (state === 'done' && !done) throw new ConflictError('The job cannot be put back.', { why: 'It is done.' })
    if (hasEndedForGood(kept.job) && this.#aliveTwin(name, kept.dedupeKey))
      throw new ConflictError('The job cannot be put back.', { why: 'Another job does the same work.' })
    kept.runAtMs = AT_ONCE_MS
    if (!hasEndedForGood(kept.job)) return this.#change(id, { ...anew, state: 'waiting' })
    this.#change(id, { ...anew, state: 'waiting', attempts: 0, failure: null, progress: null, result: null })
  }

  async work(handlers: JobHandlers, { concurrency, signal }: Parameters<JobQueue['work']>[1]): Promise<void> {
    const running = new Set<Promise<void>>()
    const most = typeof concurrency === 'number' ? () => concurrency : concurrency
    while (!signal.aborted) {
      for (let next = this.#next(handlers); next && running.size < most(); next = this.#next(handlers)) {
        const run = this.#run(next, handlers, signal).finally(() => {
          running.delete(run)
          this.#wake()
        })
        running.add(run)
      }
      await this.#somethingNew(signal)
    }
    await Promise.all(running)
  }

  async #run(kept: KeptJob, handlers: JobHandlers, stopping: AbortSignal): Promise<void> {
    const { id, name, payload } = kept.job
    kept.stop = new AbortController()
    kept.finish = new AbortController()
    if (kept.wish === 'finish') kept.finish.abort()
    const signal = AbortSignal.any([kept.stop.signal, stopping])
    const finishing = kept.finish.signal
    const attempt = kept.job.attempts + 1
    this.#change(id, { state: 'running', attempts: attempt })
    try {
      // What a handler throws before its first await is a rejection too.
      const result = await (async () =>
        handlers[name]?.(payload as never, {
          id,
          attempt,
          lastAttempt: attempt >= kept.maxAttempts,
          signal,
          finishing,
          report: (progress) => this.#keepProgress(kept, progress),
        }))()
      kept.wish = null
      this.#change(id, { state: 'done', failure: null, result: result ?? null })
    } catch (error) {
      const after = this.#afterFailure(kept, error, signal)
      if (after.state !== 'waiting') kept.wish = null
      this.#change(id, after)
    }
    kept.stop = undefined
    kept.finish = undefined
    this.#forgetOld()
  }

  #afterFailure(kept: KeptJob, error: unknown, signal: AbortSignal): Partial<Job> {
    const { attempts } = kept.job
    if (kept.wish === 'cancel') return { state: 'cancelled' }
    if (kept.wish === 'pause') return { state: 'paused', attempts: attempts - 1 }
    kept.runAtMs = AT_ONCE_MS
    if (signal.aborted) return { state: 'waiting', attempts: attempts - 1 }
    const failure = jobFailureOf(error)
    if (isFinalFailure(error, attempts, kept.maxAttempts)) return { state: 'failed', failure }
    kept.runAtMs = this.#world.now() + jobWaitMs(error, attempts, this.#world.random())
    return { state: 'waiting', failure, retryAt: new Date(kept.runAtMs) }
  }

  /** Tells of the first report only: listeners see the last one when the job ends. */
  #keepProgress(kept: KeptJob, progress: Job['progress']): void {
    if (kept.job.state !== 'running') return
    if (kept.job.progress) kept.job = { ...kept.job, progress }
    else this.#change(kept.job.id, { progress })
  }

  #next(handlers: JobHandlers): KeptJob | undefined {
    const now = this.#world.now()
    const ready = [...this.#kept.values()].filter(
      ({ job, runAtMs }) =>
        job.state === 'waiting' && (runAtMs <= now || runAtMs > now + LONGEST_WAIT_MS) && handlers[job.name],
    )
    return ready.sort((one, other) => other.job.priority - one.job.priority)[0]
  }

  #aliveTwin(name: JobName, dedupeKey: string | undefined): KeptJob | undefined {
    return [...this.#kept.values()].find(
      (kept) =>
        dedupeKey !== undefined && kept.dedupeKey === dedupeKey && kept.job.name === name && !hasEndedForGood(kept.job),
    )
  }

  #find(id: JobId): KeptJob {
    const kept = this.#kept.get(id)
    if (!kept) throw new JobNotFoundError(`There is no job ${id}.`)
    return kept
  }

  #end(kept: KeptJob, state: 'paused' | 'cancelled'): void {
    kept.wish = null
    this.#change(kept.job.id, { state })
  }

  #change(id: JobId, change: Partial<Job>): void {
    const kept = this.#find(id)
    // Whatever else becomes of it: it does not wait for that moment any more.
    const retryAt = change.state === undefined ? kept.job.retryAt : null
    kept.job = { ...kept.job, retryAt, ...change, updatedAt: new Date(this.#world.now()) }
    this.#world.events.emit({ kind: 'job-changed', job: kept.job })
    this.#wake()
  }

  #forgetOld(): void {
    const finished = [...this.#kept.values()].filter(({ job }) => hasEndedForGood(job))
    for (const { job } of finished.slice(0, -this.#world.keepFinished)) this.#kept.delete(job.id)
  }

  #wake(): void {
    for (const wake of this.#wakes) wake()
  }

  async #somethingNew(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wakes.add(resolve)
    const timer = setTimeout(resolve, this.#world.pollMs)
    const stop = () => resolve()
    signal.addEventListener('abort', stop)
    if (!signal.aborted) await promise
    signal.removeEventListener('abort', stop)
    clearTimeout(timer)
    this.#wakes.delete(resolve)
  }
}

/** A paused job has not: it goes on when somebody wishes. */
function hasEndedForGood({ state }: Job): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled'
}
