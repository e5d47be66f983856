import { setTimeout as sleep } from 'node:timers/promises'
import type { Updateable } from 'kysely'
import { isFinalFailure, jobFailureOf, jobWaitMs } from '#domain/job-failure.ts'
import type { JobContext, JobProgress } from '#domain/job-queue.ts'
import { AT_ONCE_MS } from '#domain/job-due.ts'
import type { JobLease } from './job-lease.ts'
import { type JobRow, NOT_LEASED } from './job-row.ts'
import { ProgressReport } from './progress-report.ts'
import type { QueueContext } from './queue-context.ts'
import type { JobsTable } from './schema/jobs.ts'

type Handler = (payload: never, context: JobContext) => Promise<unknown>

/** How a handler ended. */
type Ending = { readonly done: true; readonly result: unknown } | { readonly done: false; readonly error: unknown }

/** Runs a claimed job to its end and writes down how it ended, unless somebody else has the job by then. */
export async function runJob(
  row: JobRow,
  handler: Handler,
  lease: JobLease,
  stopping: AbortSignal,
  context: QueueContext,
): Promise<void> {
  const startPercent = row.progress ? (JSON.parse(row.progress) as JobProgress).percent : 0
  const report = new ProgressReport(lease, context.settings.progressMs, startPercent)
  const ending = await endingOf(async () => {
    stopping.throwIfAborted()
    return await handler(JSON.parse(row.payload) as never, {
      id: row.id,
      attempt: row.attempts,
      lastAttempt: row.attempts >= row.max_attempts,
      signal: AbortSignal.any([lease.signal, stopping]),
      finishing: lease.finishing,
      report: (progress) => report.report(progress),
    })
  })
  await writeEnding(ending, report.end(), lease, stopping, context)
}

async function endingOf(run: () => Promise<unknown>): Promise<Ending> {
  try {
    return { done: true, result: await run() }
  } catch (error) {
    return { done: false, error }
  }
}

/** Tries until the database answers: the end of hours of work is not lost to a moment's outage. */
async function writeEnding(
  ending: Ending,
  progress: Updateable<JobsTable>,
  lease: JobLease,
  stopping: AbortSignal,
  context: QueueContext,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const row = await lease.read()
      if (!row) return
      const now = context.clock.wallMs()
      const columns = {
        ...NOT_LEASED,
        ...progress,
        ...columnsOf(ending, row, lease, stopping, context),
        updated_at: now,
      }
      // A wish that comes in between is seen on the next turn.
      if (await lease.write(columns, { wish: row.wish })) return
    } catch (error) {
      if (tries >= ENDING_TRIES) throw error
      await sleep(context.settings.pollMs)
    }
  }
}

/** Beyond these the lease has run out and the job runs again. */
const ENDING_TRIES = 10

function columnsOf(
  ending: Ending,
  row: JobRow,
  lease: JobLease,
  stopping: AbortSignal,
  { clock, random }: QueueContext,
): Updateable<JobsTable> {
  const now = clock.wallMs()
  if (ending.done) return { state: 'done', failure_code: null, failure_message: null, losses: 0, ...resultOf(ending) }
  if (row.wish === 'cancel') return { state: 'cancelled' }
  if (row.wish === 'pause') return { state: 'paused', attempts: row.attempts - 1 }
  const again = { state: 'waiting', wish: row.wish } as const
  // It was told to end: what it says then, whatever it is, is not why.
  if (stopping.aborted || lease.signal.aborted) return { ...again, attempts: row.attempts - 1, run_at: AT_ONCE_MS }
  const { code, message } = jobFailureOf(ending.error)
  const failure = { failure_code: code, failure_message: message }
  if (isFinalFailure(ending.error, row.attempts, row.max_attempts)) return { ...failure, state: 'failed' }
  return { ...failure, ...again, run_at: now + Math.round(jobWaitMs(ending.error, row.attempts, random())) }
}

function resultOf({ result }: { readonly result: unknown }): Updateable<JobsTable> {
  return { result: result === undefined ? null : JSON.stringify(result) }
}
