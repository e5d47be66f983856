import type { JobId, VideoId } from './ids.ts'

/** Every kind of background work, and what it needs to know. The only list of them. */
export interface JobPayloads {
  'ingest-video': { readonly videoId: VideoId }
  'delete-video': { readonly videoId: VideoId }
}

export type JobName = keyof JobPayloads

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'

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
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface JobProgress {
  /** One word: probe, index, cut, store, publish. */
  readonly stage: string
  /** 0 to 100. */
  readonly percent: number
  readonly bytesPerSec: number
  /** Null while unknown. */
  readonly secondsLeft: number | null
  /** Why it stands still, in words. */
  readonly note?: string
}

export interface JobContext {
  /** 1, 2, 3 … An attempt that a stop or the death of the worker ended is made again under its number. */
  readonly attempt: number
  /** Should it fail now, it has failed for good, unless what it lacks is time (see `isFinalFailure`). */
  readonly lastAttempt: boolean
  /** Aborts on cancel, on shutdown, and when the lease was lost: then another worker may already run the job. */
  readonly signal: AbortSignal
  /** Cheap: written about twice a second, the last one always. Does not throw. */
  report(progress: JobProgress): void
}

export type JobHandlers = {
  readonly [Name in JobName]?: (payload: JobPayloads[Name], context: JobContext) => Promise<void>
}

export interface AddJobOptions {
  /** While a job of this name with this key waits or runs, adding another returns that one, as it is. */
  readonly dedupeKey?: string
  /** Higher first; 0 by default. Among equals the one that was added first. */
  readonly priority?: number
  /** 5 by default. */
  readonly maxAttempts?: number
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
   * Puts a failed or cancelled job back as if it were new; one that waits for its next attempt need not wait; a running
   * one stays as it is. Rejects with JobNotFoundError, and with ConflictError for a job that is done or whose dedupe key
   * another job has taken.
   */
  retry(id: JobId): Promise<void>
  /**
   * Runs jobs until the signal aborts, then waits for the ones in progress (their signal aborts too) and puts them back
   * without counting the attempt. A job runs in one process at a time: it is held by a lease that a heartbeat renews; a
   * job whose worker died is taken up again within 30 s, as the same attempt, unless it has killed its worker 25 times
   * in a row without getting further (it fails with the code `worker-lost`). A worker that lost its lease can write
   * nothing about the job any more. A handler that throws a ProductError with retry 'never' fails the job at once; other
   * errors count an attempt and wait with back-off (`jobBackOffMs`). Jobs of names without a handler are left to others.
   */
  work(handlers: JobHandlers, options: { readonly concurrency: number; readonly signal: AbortSignal }): Promise<void>
}
