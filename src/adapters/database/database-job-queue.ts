import { type RawBuilder, sql, type Updateable, type UpdateQueryBuilder, type UpdateResult } from 'kysely'
import { ConflictError, JobNotFoundError } from '#domain/errors.ts'
import type { JobId } from '#domain/ids.ts'
import type {
  AddJobOptions,
  Job,
  JobHandlers,
  JobName,
  JobPayloads,
  JobQueue,
  JobState,
  RetryOptions,
} from '#domain/job-queue.ts'
import { Bell } from './bell.ts'
import { AT_ONCE_MS } from '#domain/job-due.ts'
import type { JobLease } from './job-lease.ts'
import { jobOf, type JobRow, NOT_LEASED } from './job-row.ts'
import type { QueueContext } from './queue-context.ts'
import type { JobsTable, JobWish } from './schema/jobs.ts'
import type { Tables } from './schema/tables.ts'
import { workLoop } from './work-loop.ts'

const ALIVE = ['waiting', 'running', 'paused'] as const satisfies readonly JobState[]
const FINISHED = ['done', 'failed', 'cancelled'] as const satisfies readonly JobState[]

/** Of a job that begins as if it were new. */
const FRESH = {
  ...{ attempts: 0, losses: 0, failure_code: null, failure_message: null },
  ...{ progress: null, result: null },
} as const

/** Which earlier wishes a wish replaces, and what becomes of a job that does not run: `ends`, if it is in `from`. */
const WISHES = {
  finish: { over: ['finish'], ends: null, from: [] },
  pause: { over: ['finish', 'pause'], ends: 'paused', from: ['waiting'] },
  cancel: { over: ['finish', 'pause', 'cancel'], ends: 'cancelled', from: ['waiting', 'paused'] },
} as const

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
    if (await this.#wish(id, 'cancel')) return
    await this.job(id)
  }

  async pause(id: JobId): Promise<void> {
    if (await this.#wish(id, 'pause')) return
    const { state } = await this.job(id)
    if (isOneOf(state, FINISHED)) throw new ConflictError('The job cannot be paused.', { why: `It is ${state}.` })
  }

  async finish(id: JobId): Promise<void> {
    // It may begin, or end, between two looks.
    if ((await this.#wish(id, 'finish')) || (await this.#finishStanding(id)) || (await this.#wish(id, 'finish'))) return
    const { state } = await this.job(id)
    const why = state === 'running' ? 'It is being stopped.' : `It is ${state}.`
    throw new ConflictError('The job cannot be asked to finish.', { why })
  }

  async setPriority(id: JobId, priority: number): Promise<void> {
    if (!(await this.#change(this.#touch(id, { priority })))) await this.job(id)
  }

  async remove(id: JobId): Promise<void> {
    const { db, events } = this.#context
    const { numDeletedRows } = await db
      .deleteFrom('jobs')
      .where('id', '=', id)
      .where('state', 'in', FINISHED)
      .executeTakeFirst()
    if (numDeletedRows > 0n) return events.emit({ kind: 'job-removed', jobId: id })
    const left = await db.selectFrom('jobs').select('state').where('id', '=', id).executeTakeFirst()
    if (left) throw new ConflictError('The job cannot be removed.', { why: `It is ${left.state}.` })
  }

  async retry(id: JobId, options: RetryOptions = {}): Promise<void> {
    if (await this.#putBack(id, options)) return
    const { state } = await this.job(id)
    if (state === 'waiting' || state === 'running') return
    throw new ConflictError('The job cannot be put back.', {
      why: state === 'done' ? 'It is done.' : 'Another job does the same work.',
    })
  }

  async work(handlers: JobHandlers, { concurrency, signal }: Parameters<JobQueue['work']>[1]): Promise<void> {
    const most = typeof concurrency === 'number' ? () => concurrency : concurrency
    const bell = new Bell()
    this.#bells.add(bell)
    try {
      const shared = { bell, leases: this.#leases, onFinished: () => this.#forgetOld() }
      await workLoop(handlers, { concurrency: most, signal, ...shared }, this.#context)
    } finally {
      this.#bells.delete(bell)
    }
  }

  async #insert(name: JobName, payload: string, options: AddJobOptions): Promise<JobRow | undefined> {
    const { db, clock, newId, settings } = this.#context
    const now = clock.wallMs()
    const counts = { attempts: 0, losses: 0, max_attempts: options.maxAttempts ?? settings.maxAttempts }
    const times = { run_at: AT_ONCE_MS, created_at: now, updated_at: now }
    return db
      .insertInto('jobs')
      .values(({ selectFrom, fn }) => ({
        ...{ id: newId() as JobId, name, payload, state: 'waiting' as const, ...counts, ...times, ...NOT_LEASED },
        seq: selectFrom('jobs').select(sql<number>`coalesce(${fn.max('seq')}, 0) + 1`.as('seq')),
        priority: options.priority ?? 0,
        dedupe_key: options.dedupeKey ?? null,
        result: null,
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

  /** Whether there was something to do. */
  async #putBack(id: JobId, { payload, done = false }: RetryOptions): Promise<boolean> {
    const anew = payload ? { payload: JSON.stringify(payload) } : {}
    const atOnce = { state: 'waiting', run_at: AT_ONCE_MS, ...anew } as const
    const states = done ? FINISHED : (['failed', 'cancelled'] as const)
    const ended = this.#touch(id, { ...FRESH, ...NOT_LEASED, ...atOnce }).where('state', 'in', states)
    const found = await unlessTaken(this.#change(ended))
    if (found !== false) return found ?? false
    // A pause that a worker has heard of already makes it put the job back, and go on with it at once.
    const wish = sql<JobWish | null>`case when wish = 'pause' then null else wish end`
    const state = sql<JobState>`case when state = 'running' then state else 'waiting' end`
    const held = this.#touch(id, { ...atOnce, state, wish }).where(({ eb, or, and }) =>
      or([eb('state', 'in', ['waiting', 'paused']), and([eb('state', '=', 'running'), eb('wish', '=', 'pause')])]),
    )
    return await this.#change(held)
  }

  /** One that does not run begins again, its wish written down. Whether it did. */
  async #finishStanding(id: JobId): Promise<boolean> {
    const atOnce = { state: 'waiting', run_at: AT_ONCE_MS, wish: 'finish' } as const
    if (await this.#change(this.#touch(id, atOnce).where('state', 'in', ['waiting', 'paused']))) return true
    const failed = this.#touch(id, { ...FRESH, ...NOT_LEASED, ...atOnce }).where('state', '=', 'failed')
    return (await unlessTaken(this.#change(failed))) ?? false
  }

  /**
   * One statement, for a job may begin or be put back at any moment. Of a job that runs the wish is written down; one
   * that does not is at its end at once. False when the job is beyond it.
   */
  async #wish(id: JobId, wish: JobWish): Promise<boolean> {
    const { over, ends, from } = WISHES[wish]
    const columns = {
      state: sql<JobState>`case when state = 'running' then state else ${ends} end`,
      wish: sql<JobWish | null>`case when state = 'running' then ${wish} else null end`,
    }
    const wishing = this.#touch(id, columns).where(({ eb, or, and }) => {
      const heeds = or([eb('wish', 'is', null), eb('wish', 'in', over)])
      const running = and([eb('state', '=', 'running'), heeds])
      return from.length > 0 ? or([eb('state', 'in', from), running]) : running
    })
    const row = await wishing.returningAll().executeTakeFirst()
    if (!row) return false
    // Nobody sees the wish of a job that runs; told beside what its worker tells, it could come later than its end.
    if (row.state !== 'running') this.#changed(row)
    this.#leases.get(id)?.heed(wish)
    return true
  }

  #touch(id: JobId, columns: Columns) {
    const columnsNow = { ...columns, updated_at: this.#context.clock.wallMs() }
    return this.#context.db.updateTable('jobs').set(columnsNow).where('id', '=', id)
  }

  async #change(update: UpdateQueryBuilder<Tables, 'jobs', 'jobs', UpdateResult>): Promise<boolean> {
    const row = await update.returningAll().executeTakeFirst()
    if (row) this.#changed(row)
    return row !== undefined
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

type Columns = { readonly [Name in keyof Updateable<JobsTable>]: JobsTable[Name] | RawBuilder<JobsTable[Name]> }

function isOneOf<State extends JobState>(state: JobState, states: readonly State[]): state is State {
  return states.includes(state as State)
}

/** Null when another job has taken the dedupe key. */
async function unlessTaken(change: Promise<boolean>): Promise<boolean | null> {
  try {
    return await change
  } catch (error) {
    if (isUniqueViolation(error)) return null
    throw error
  }
}

/** SQLITE_CONSTRAINT_UNIQUE, and PostgreSQL's unique_violation. */
function isUniqueViolation(error: unknown): boolean {
  const { errcode, code } = error as { readonly errcode?: number; readonly code?: string }
  return errcode === 2067 || code === '23505'
}
