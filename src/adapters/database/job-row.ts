import type { Selectable } from 'kysely'
import type { Job } from '#domain/job-queue.ts'
import { fromJson } from './json-column.ts'
import type { JobsTable } from './schema/jobs.ts'

export type JobRow = Selectable<JobsTable>

export function jobOf(row: JobRow): Job {
  const failed = row.failure_code !== null
  return {
    id: row.id,
    name: row.name,
    payload: JSON.parse(row.payload),
    state: row.state,
    attempts: row.attempts,
    progress: fromJson(row.progress),
    failure: failed ? { code: row.failure_code as string, message: row.failure_message ?? '' } : null,
    retryAt: failed && row.state === 'waiting' && row.run_at > row.updated_at ? new Date(row.run_at) : null,
    result: fromJson(row.result),
    priority: row.priority,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  }
}

/** The columns of a job that nobody runs. */
export const NOT_LEASED = { lease_token: null, lease_owner: null, lease_beats: 0, wish: null } as const
