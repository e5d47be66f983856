import type { JobId, VideoId } from './ids.ts'

/** Every kind of background work, and what it needs to know. The only list of them. */
export interface JobPayloads {
  'ingest-video': { readonly videoId: VideoId }
  'delete-video': { readonly videoId: VideoId }
}

export type JobName = keyof JobPayloads
export const JOB_NAMES = ['ingest-video', 'delete-video'] as const satisfies readonly JobName[]

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'

export interface Job<Name extends JobName = JobName> {
  readonly id: JobId
  readonly name: Name
  readonly payload: JobPayloads[Name]
  readonly state: JobState
  readonly attempts: number
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
}

export interface JobContext {
  readonly attempt: number
  /** Aborts on cancel, on shutdown, and when the lease was lost. */
  readonly signal: AbortSignal
  report(progress: JobProgress): void
}

export type JobHandlers = {
  readonly [Name in JobName]?: (payload: JobPayloads[Name], context: JobContext) => Promise<void>
}

export interface AddJobOptions {
  /** While a job with this key waits or runs, adding another returns that one. */
  readonly dedupeKey?: string
  /** Higher first; 0 by default. */
  readonly priority?: number
  readonly maxAttempts?: number
}

export interface JobQueue {
  add<Name extends JobName>(name: Name, payload: JobPayloads[Name], options?: AddJobOptions): Promise<Job<Name>>
  /** Rejects with JobNotFoundError. */
  job(id: JobId): Promise<Job>
  /** Newest first. */
  list(filter?: {
    readonly states?: readonly JobState[]
    readonly name?: JobName
    readonly limit?: number
  }): Promise<readonly Job[]>
  /** A waiting job never starts; a running one gets its signal aborted, wherever it runs, within a heartbeat. Idempotent. */
  cancel(id: JobId): Promise<void>
  /** Puts a failed or cancelled job back. */
  retry(id: JobId): Promise<void>
  /**
   * Runs jobs until the signal aborts, then waits for the ones in progress (their signal aborts too) and puts them back
   * without counting the attempt. A job runs in one process at a time: it is held by a lease that a heartbeat renews;
   * a job whose worker died is taken up again within 30 s. A handler that throws a ProductError with retry 'never' fails
   * the job at once; other errors count an attempt and wait with back-off.
   */
  work(handlers: JobHandlers, options: { readonly concurrency: number; readonly signal: AbortSignal }): Promise<void>
}
