import type { JobHandlers, JobName } from '#domain/job-queue.ts'
import type { JobId } from '#domain/ids.ts'
import type { Bell } from './bell.ts'
import { claimJob } from './claim-job.ts'
import { JobLease } from './job-lease.ts'
import { jobOf, type JobRow } from './job-row.ts'
import { LeaseWatch } from './lease-watch.ts'
import type { QueueContext } from './queue-context.ts'
import { runJob } from './run-job.ts'
import { takeBackJobs } from './take-back-jobs.ts'

export interface WorkOptions {
  /** Asked before each start. */
  readonly concurrency: () => number
  readonly signal: AbortSignal
  readonly bell: Bell
  /** The jobs that this process runs, in whichever loop; kept by the loops, for those who wish something of a job. */
  readonly leases: Map<JobId, JobLease>
  readonly onFinished: () => Promise<void>
}

/** Claims and runs jobs until the signal aborts, then waits for those in progress. */
export async function workLoop(handlers: JobHandlers, options: WorkOptions, context: QueueContext): Promise<void> {
  const { concurrency, signal, bell, leases } = options
  const watch = new LeaseWatch(context.clock, context.settings.leaseMs)
  const names = Object.keys(handlers) as JobName[]
  const running = new Set<Promise<void>>()
  let failing = false
  while (!signal.aborted) {
    try {
      await takeBackJobs(watch, new Set([...leases.values()].map(({ token }) => token)), context)
      while (running.size < concurrency() && !signal.aborted) {
        const row = await claimJob(names, context)
        if (!row) break
        const ended = run(row, handlers, options, context).finally(() => {
          running.delete(ended)
          bell.ring()
        })
        running.add(ended)
      }
      failing = false
    } catch (error) {
      // Told once per outage, tried again every turn.
      const message = 'The job queue cannot reach its database.'
      if (!failing) context.events.emit({ kind: 'note', level: 'error', message, fields: { error } })
      failing = true
    }
    await bell.heard(context.settings.pollMs, signal)
  }
  await Promise.all(running)
}

/** Never rejects. */
async function run(row: JobRow, handlers: JobHandlers, options: WorkOptions, context: QueueContext): Promise<void> {
  const { leases, signal, onFinished } = options
  using lease = new JobLease(row, context)
  leases.set(row.id, lease)
  context.events.emit({ kind: 'job-changed', job: jobOf(row) })
  try {
    await runJob(row, handlers[row.name] as Parameters<typeof runJob>[1], lease, signal, context)
    await onFinished()
  } catch (error) {
    const message = 'How a job ended could not be written down; it will run again.'
    context.events.emit({ kind: 'note', level: 'error', message, fields: { jobId: row.id, error } })
  } finally {
    if (leases.get(row.id) === lease) leases.delete(row.id)
  }
}
