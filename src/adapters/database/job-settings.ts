/** How the queue keeps time. Every process on one database needs the same `leaseMs`. */
export interface JobSettings {
  /** A job whose beats stand still this long is taken from its worker; the worker itself stops a fifth earlier. */
  readonly leaseMs: number
  readonly heartbeatMs: number
  /** How often work is looked for that other processes have added. */
  readonly pollMs: number
  /** Progress is written at most this often. */
  readonly progressMs: number
  readonly maxAttempts: number
  /** A job that cost so many workers their life, one after another, without getting further, has failed. */
  readonly maxLosses: number
  /** How many finished jobs are remembered. */
  readonly keepFinished: number
}

/** A killed worker's job runs again after 15 to 16 s; on the same machine, where its end is seen, after 1 s. */
export const JOB_SETTINGS: JobSettings = {
  leaseMs: 15_000,
  heartbeatMs: 5000,
  pollMs: 1000,
  progressMs: 500,
  maxAttempts: 5,
  maxLosses: 25,
  keepFinished: 500,
}
