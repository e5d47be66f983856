import type { JobId } from './ids.ts'

/** What jobs say while they run, for people who watch. Kept with the job's files; the newest 2,000 lines or so. */
export interface JobLogs {
  /** Never throws, never waits. */
  write(id: JobId, line: JobLogLine): void
  /** Lines after number `after` (0: from the first that is kept), oldest first, 500 at most. Empty for a job without a log. */
  read(id: JobId, after: number): Promise<readonly NumberedLogLine[]>
  remove(id: JobId): Promise<void>
}

export interface JobLogLine {
  readonly level: 'info' | 'warn' | 'error'
  /** One line without control characters; no secret. */
  readonly text: string
}

export interface NumberedLogLine extends JobLogLine {
  /** From 1. */
  readonly number: number
  readonly at: Date
}
