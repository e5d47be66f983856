import { sql } from 'kysely'
import { ConflictError, JobNotFoundError } from '#domain/errors.ts'
import type { JobId } from '#domain/ids.ts'
import type { AddJobOptions, Job, JobHandlers, JobName, JobPayloads, JobQueue, JobState } from '#domain/job-queue.ts'
import { Bell } from './bell.ts'
import type { JobLease } from './job-lease.ts'
import { jobOf, type JobRow, NOT_LEASED } from './job-row.ts'
import type { QueueContext } from './queue-context.ts'
import { workLoop } from './work-loop.ts'

const ALIVE = ['waiting', 'running'] as const satisfies readonly JobState[]
const FINISHED = ['done', 'failed', 'cancelled'] as const satisfies readonly JobState[]

/** Jobs in a table beside the catalog; any number of processes may add and work. */
export class DatabaseJobQueue implements JobQueue {
  readonly #context: QueueContext
  readonly #bells = new Set<Bell>()
  readonly #leases = new Map<JobId, JobLease>()

  constructor(context: QueueContext) {
    this.#context = context
  }

  async add<Name extends JobName>(
    name: Name,
    payload: JobPayloads[Name],
    options: AddJobOptions = {},
  ): Promise<Job<Name>> {
    for (;;) {
      const added = await this.#insert(name, JSON.stringify(payload), options)
      const row = added ?? (await this.#alive(name, options.dedupeKey))
      // The one that was in the way has just ended.
      if (!row) continue
      if (added) this.#changed(row)
      return jobOf(row) as Job<Name>
    }
  }

  async job(id: JobId): Promise<Job> {
    const row = await this.#context.db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw new JobNotFoundError(`There is no job ${id}.`)
    return jobOf(row)
  }

  async list({ states, name, limit }: Parameters<JobQueue['list']>[0] = {}): Promise<readonly Job[]> {
    if (states && states.length === 0) return []
    let found = this.#context.db.selectFrom('jobs').selectAll()
    if (states) found = found.where('state', 'in', states)
    if (name) found = found.where('name', '=', name)
    const newestFirst = found.orderBy('seq', 'desc').orderBy('id', 'desc')
    return (await newestFirst.limit(limit ?? Number.MAX_SAFE_INTEGER).execute()).map(jobOf)
  }

  async cancel(id: JobId): Promise<void> {
    const now = this.#context.clock.wallMs()
    const row = await this.#context.db
      .updateTable('jobs')
      .set({
        state: sql`case when state = 'waiting' then 'cancelled' else state end`,
        cancel_requested: 1,
        updated_at: now,
      })
      .where('id', '=', id)
      .where('state', 'in', ALIVE)
      .returningAll()
      .executeTakeFirst()
    this.#leases.get(id)?.cancel()
    if (row) this.#changed(row)
    else await this.job(id)
  }

  async retry(id: JobId): Promise<void> {
    const row = await this.#putBack(id)
    if (row) return this.#changed(row)
    const { state } = await this.job(id)
    if (state === 'waiting' || state === 'running') return
    throw new ConflictError('The job cannot be put back.', {
      why: state === 'done' ? 'It is done.' : 'Another job does the same work.',
    })
  }

  async work(handlers: JobHandlers, { concurrency, signal }: Parameters<JobQueue['work']>[1]): Promise<void> {
    const bell = new Bell()
    this.#bells.add(bell)
    try {
      const shared = { bell, leases: this.#leases, onFinished: () => this.#forgetOld() }
      await workLoop(handlers, { concurrency, signal, ...shared }, this.#context)
    } finally {
      this.#bells.delete(bell)
    }
  }

  async #insert(name: JobName, payload: string, options: AddJobOptions): Promise<JobRow | undefined> {
    const { db, clock, newId, settings } = this.#context
    const now = clock.wallMs()
    const counts = { attempts: 0, losses: 0, max_attempts: options.maxAttempts ?? settings.maxAttempts }
    const times = { run_at: now, created_at: now, updated_at: now }
    return db
      .insertInto('jobs')
      .values(({ selectFrom, fn }) => ({
        ...{ id: newId() as JobId, name, payload, state: 'waiting' as const, ...counts, ...times, ...NOT_LEASED },
        seq: selectFrom('jobs').select(sql<number>`coalesce(${fn.max('seq')}, 0) + 1`.as('seq')),
        priority: options.priority ?? 0,
        dedupe_key: options.dedupeKey ?? null,
      }))
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
  }

  async #alive(name: JobName, dedupeKey: string | undefined): Promise<JobRow | undefined> {
    const same = this.#context.db.selectFrom('jobs').selectAll().where('name', '=', name)
    return same
      .where('dedupe_key', '=', dedupeKey ?? null)
      .where('state', 'in', ALIVE)
      .executeTakeFirst()
  }

  async #putBack(id: JobId): Promise<JobRow | undefined> {
    const { db, clock } = this.#context
    const now = clock.wallMs()
    const fresh = { state: 'waiting', attempts: 0, losses: 0, failure_code: null, failure_message: null } as const
    const atOnce = { run_at: now, updated_at: now }
    const ended = db
      .updateTable('jobs')
      .set({ ...fresh, ...NOT_LEASED, ...atOnce, progress: null })
      .where('id', '=', id)
    try {
      const put = await ended.where('state', 'in', ['failed', 'cancelled']).returningAll().executeTakeFirst()
      if (put) return put
      const patient = db.updateTable('jobs').set(atOnce).where('id', '=', id).where('state', '=', 'waiting')
      return await patient.returningAll().executeTakeFirst()
    } catch (error) {
      if (isUniqueViolation(error)) return undefined
      throw error
    }
  }

  async #forgetOld(): Promise<void> {
    const { db, settings } = this.#context
    const oldest = db.selectFrom('jobs').select('seq').where('state', 'in', FINISHED).orderBy('seq', 'desc')
    await db
      .deleteFrom('jobs')
      .where('state', 'in', FINISHED)
      .where('seq', '<', oldest.limit(1).offset(settings.keepFinished - 1))
      .execute()
  }

  #changed(row: JobRow): void {
    this.#context.events.emit({ kind: 'job-changed', job: jobOf(row) })
    if (row.state === 'waiting') for (const bell of this.#bells) bell.ring()
  }
}

/** SQLITE_CONSTRAINT_UNIQUE, and PostgreSQL's unique_violation. */
function isUniqueViolation(error: unknown): boolean {
  const { errcode, code } = error as { readonly errcode?: number; readonly code?: string }
  return errcode === 2067 || code === '23505'
}
