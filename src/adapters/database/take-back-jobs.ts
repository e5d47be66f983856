import type { Updateable } from 'kysely'
import { AT_ONCE_MS } from '#domain/job-due.ts'
import type { JobsTable } from './schema/jobs.ts'
import { type JobRow, jobOf, NOT_LEASED } from './job-row.ts'
import type { LeaseWatch } from './lease-watch.ts'
import { describeProcess, type ProcessIdentity } from './process-identity.ts'
import type { QueueContext } from './queue-context.ts'

/** Puts jobs back whose workers have died. `mine` are tokens of jobs that run here: they watch themselves. */
export async function takeBackJobs(watch: LeaseWatch, mine: ReadonlySet<string>, context: QueueContext): Promise<void> {
  const rows = await context.db.selectFrom('jobs').selectAll().where('state', '=', 'running').execute()
  const leases = rows
    .filter((row) => !mine.has(row.lease_token ?? ''))
    .map((row) => ({
      key: row.id,
      token: row.lease_token ?? '',
      beats: row.lease_beats,
      owner: JSON.parse(row.lease_owner ?? '{}') as ProcessIdentity,
      row,
    }))
  for (const { row, owner } of watch.dead(leases)) await takeBack(row, owner, context)
}

async function takeBack(row: JobRow, owner: ProcessIdentity, { db, clock, events, settings }: QueueContext) {
  const now = clock.wallMs()
  const taken = await db
    .updateTable('jobs')
    .set({ ...NOT_LEASED, ...afterLoss(row, owner, settings.maxLosses), run_at: AT_ONCE_MS, updated_at: now })
    .where('id', '=', row.id)
    .where('state', '=', 'running')
    .where('lease_token', '=', row.lease_token)
    .where('lease_beats', '=', row.lease_beats)
    .where('wish', 'is not distinct from', row.wish)
    .returningAll()
    .executeTakeFirst()
  if (!taken) return
  const message = 'The worker of a job has died.'
  events.emit({ kind: 'note', level: 'warn', message, fields: { jobId: row.id, worker: describeProcess(owner) } })
  events.emit({ kind: 'job-changed', job: jobOf(taken) })
}

/** A lost attempt does not count: it is made again. */
function afterLoss(row: JobRow, owner: ProcessIdentity, maxLosses: number): Updateable<JobsTable> {
  if (row.wish === 'cancel') return { state: 'cancelled' }
  if (row.wish === 'pause') return { state: 'paused', attempts: row.attempts - 1 }
  const losses = row.losses + 1
  if (losses <= maxLosses) return { state: 'waiting', losses, attempts: row.attempts - 1, wish: row.wish }
  return {
    state: 'failed',
    losses,
    failure_code: 'worker-lost',
    failure_message: `Its worker died ${losses} times, the last was ${describeProcess(owner)}.`,
  }
}
