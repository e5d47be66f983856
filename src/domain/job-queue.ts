import type { DownloadRequest, DownloadResult } from './download.ts'
import type { JobId, VideoId } from './ids.ts'

/** Every kind of background work, and what it needs to know. The only list of them. */
export interface JobPayloads {
  'ingest-video': { readonly videoId: VideoId }
  /** As `ingest-video`, of a recording that may still grow. */
  'ingest-recording': { readonly videoId: VideoId }
  'delete-video': { readonly videoId: VideoId }
  download: { readonly request: DownloadRequest }
}

/** What is remembered of jobs that are done; those of other names leave nothing but their effect. */
export interface JobResults {
  download: DownloadResult
}

export type JobName = keyof JobPayloads

export type JobState = 'waiting' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled'

export interface Job<Name extends JobName = JobName> {
  readonly id: JobId
  readonly name: Name
  readonly payload: JobPayloads[Name]
  /** `waiting` also after a failed attempt; `failure` tells of it until the job is done or retried. */
  readonly state: JobState
  /** How often it was begun, without those that a stop or the death of the worker ended. */
  readonly attempts: number
  /** As last reported; null when it never was. */
  readonly progress: JobProgress | null
  readonly failure: { readonly code: string; readonly message: string } | null
  /** When one that failed and waits is tried again by itself; null for every other. */
  readonly retryAt: Date | null
  /** Of a job that is done; null otherwise, and where nothing is to be remembered. */
  readonly result: (Name extends keyof JobResults ? JobResults[Name] : never) | null
  readonly priority: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Whether it is a job of this name; then its payload and result are known. */
export function isJobOf<Name extends JobName>(name: Name, job: Job): job is Job<Name> {
  return job.name === name
}

export interface JobProgress {
  /** One word: probe, index, cut, store, publish; look, download, record (live: may be ended well), join. */
  readonly stage: string
  /** 0 to 100. */
  readonly percent: number
  readonly bytesPerSec: number
  /** Null while unknown. */
  readonly secondsLeft: number | null
  /** Got so far, where bytes are what counts. */
  readonly bytes?: number
  /** Null while unknown. */
  readonly totalBytes?: number | null
  /** Why it stands still, in words. */
  readonly note?: string
  /** Something of a stream is recorded: the download may be ended with that, also when it does not run. */
  readonly recorded?: boolean
  /** What a download turned out to be, as soon as it is known. */
  readonly title?: string
  /** The video that a download fills. */
  readonly videoId?: VideoId
}

export interface JobContext {
  readonly id: JobId
  /** 1, 2, 3 … An attempt that a stop or the death of the worker ended is made again under its number. */
  readonly attempt: number
  /** Should it fail now, it has failed for good, unless what it lacks is time (see `isFinalFailure`). */
  readonly lastAttempt: boolean
  /** Aborts on cancel, on pause, on shutdown, and when the lease was lost: then another worker may already run the job. */
  readonly signal: AbortSignal
  /** Aborts when somebody wants it to end well with what is there: a recording that has recorded enough. */
  readonly finishing: AbortSignal
  /** Cheap: written about twice a second, the last one always. Does not throw. */
  report(progress: JobProgress): void
}

export type JobHandlers = {
  readonly [Name in JobName]?: (
    payload: JobPayloads[Name],
    context: JobContext,
  ) => Promise<Name extends keyof JobResults ? JobResults[Name] : void>
}

export interface AddJobOptions {
  /** While a job of this name with this key waits, runs or is paused, adding another returns that one, as it is. */
  readonly dedupeKey?: string
  /** Higher first; 0 by default. Among equals the one that was added first. */
  readonly priority?: number
  /** 5 by default. */
  readonly maxAttempts?: number
}

export interface RetryOptions {
  /** Instead of the one that it had. A job that runs, and is not being paused, keeps its own. */
  readonly payload?: JobPayloads[JobName]
  /** Also one that is done, as if it were new; what it gave is forgotten. */
  readonly done?: boolean
}

/**
 * Work that survives the process. Every change that this process makes is told as a `job-changed` event; changes by other
 * processes are not. Finished jobs are remembered for a while: the newest 500.
 */
export interface JobQueue {
  /** Starts at once where a worker of this process is free, within about a second elsewhere. */
  add<Name extends JobName>(name: Name, payload: JobPayloads[Name], options?: AddJobOptions): Promise<Job<Name>>
  /** Rejects with JobNotFoundError. */
  job(id: JobId): Promise<Job>
  /** Newest first; all by default. */
  list(filter?: {
    readonly states?: readonly JobState[]
    readonly name?: JobName
    readonly limit?: number
  }): Promise<readonly Job[]>
  /**
   * A waiting job never starts; a running one gets its signal aborted, wherever it runs, within a heartbeat, and is
   * `cancelled` when its handler has rejected (`done` if it resolves all the same). A finished job stays as it is.
   * Idempotent. Rejects with JobNotFoundError.
   */
  cancel(id: JobId): Promise<void>
  /**
   * As `cancel`, but ends as `paused`, its progress kept; `retry` lets it go on. Idempotent. Rejects with JobNotFoundError,
   * and with ConflictError for a job that has ended.
   */
  pause(id: JobId): Promise<void>
  /**
   * Asks a job to end well with what it has: of a running one `finishing` aborts within a heartbeat, wherever it runs; one
   * that waits, is paused or has failed begins again at once, its `finishing` aborted from the start. The wish outlives a
   * stop, the death of the worker and a failed attempt that is not the last; pausing and `retry` of a job that has ended
   * forget it. Idempotent. Rejects with JobNotFoundError, and with ConflictError for a job that is done, was cancelled or is
   * being stopped, or whose dedupe key another job has taken.
   */
  finish(id: JobId): Promise<void>
  /** Higher first. Holds for its next start. Rejects with JobNotFoundError. */
  setPriority(id: JobId, priority: number): Promise<void>
  /** Forgets a job that has ended, and tells of it as `job-removed`. Rejects with ConflictError for one that has not; removing what is not there is no error. */
  remove(id: JobId): Promise<void>
  /**
   * Puts a failed or cancelled job back as if it were new; a paused one goes on where it was; one that waits for its next
   * attempt need not wait; a running one stays as it is, but is not paused any more if that was about to happen. Rejects
   * with JobNotFoundError, and with ConflictError for a job that is done (but see `done`) or whose dedupe key another job
   * has taken.
   */
  retry(id: JobId, options?: RetryOptions): Promise<void>
  /**
   * Runs jobs until the signal aborts, then waits for the ones in progress (their signal aborts too) and puts them back
   * without counting the attempt. A job runs in one process at a time: it is held by a lease that a heartbeat renews; a
   * job whose worker died is taken up again within 30 s, as the same attempt, unless it has killed its worker 25 times
   * in a row without getting further (it fails with the code `worker-lost`). A worker that lost its lease can write
   * nothing about the job any more. A handler that throws a ProductError with retry 'never' fails the job at once; other
   * errors count an attempt and wait (`jobWaitMs`). Jobs of names without a handler are left to others: `work`
   * may be called several times at once with different names.
   */
  work(
    handlers: JobHandlers,
    options: {
      /** How many at once; asked before each start, for a number that changes. A job that runs is not stopped for it. */
      readonly concurrency: number | (() => number)
      readonly signal: AbortSignal
    },
  ): Promise<void>
}
