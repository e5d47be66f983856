import type { JobId } from '#domain/ids.ts'
import type { JobName, JobState } from '#domain/job-queue.ts'

/** What somebody asked of a job that runs: the later of two holds, except that nothing stops a cancel. */
export type JobWish = 'finish' | 'pause' | 'cancel'

export interface JobsTable {
  id: JobId
  /** Grows with every job: the order of adding. */
  seq: number
  name: JobName
  /** JSON of JobPayloads[name]. */
  payload: string
  state: JobState
  priority: number
  dedupe_key: string | null
  attempts: number
  max_attempts: number
  /** How often in a row a worker died over it without getting further. */
  losses: number
  /** Not before this moment (wall clock); for back-off. */
  run_at: number
  wish: JobWish | null
  /** Who runs it: a token that no two claims share. Null unless running. */
  lease_token: string | null
  /** The process that runs it: JSON of ProcessIdentity. */
  lease_owner: string | null
  /** Grows with every heartbeat. Whoever sees it stand still for a lease time may put the job back. */
  lease_beats: number
  /** JSON of JobProgress. */
  progress: string | null
  failure_code: string | null
  failure_message: string | null
  /** JSON of JobResults[name], of a job that is done. */
  result: string | null
  created_at: number
  updated_at: number
}
