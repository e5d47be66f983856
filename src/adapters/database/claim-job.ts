import type { JobName } from '#domain/job-queue.ts'
import { LONGEST_WAIT_MS } from '#domain/job-due.ts'
import type { JobRow } from './job-row.ts'
import { thisProcess } from './process-identity.ts'
import type { QueueContext } from './queue-context.ts'

/**
 * Takes the first job that waits, in one statement: SQLite runs one writer at a time, PostgreSQL passes over rows that
 * another worker is just taking. Null when nothing waits.
 */
export async function claimJob(names: readonly JobName[], context: QueueContext): Promise<JobRow | null> {
  const { db, dialect, clock, newId } = context
  const now = clock.wallMs()
  const next = db
    .selectFrom('jobs')
    .select('id')
    .where('state', '=', 'waiting')
    .where(({ eb, or }) => or([eb('run_at', '<=', now), eb('run_at', '>', now + LONGEST_WAIT_MS)]))
    .where('name', 'in', names)
    .orderBy('priority', 'desc')
    .orderBy('seq')
    .limit(1)
  // Looking first costs no write lock when there is nothing to do, which is most of the time.
  if (names.length === 0 || !(await next.executeTakeFirst())) return null
  const claimed = await db
    .updateTable('jobs')
    .set(({ eb }) => ({
      state: 'running',
      attempts: eb('attempts', '+', 1),
      lease_token: newId(),
      lease_owner: JSON.stringify(thisProcess()),
      lease_beats: 0,
      updated_at: now,
    }))
    .where('id', '=', dialect === 'postgres' ? next.forUpdate().skipLocked() : next)
    .where('state', '=', 'waiting')
    .returningAll()
    .executeTakeFirst()
  return claimed ?? null
}
