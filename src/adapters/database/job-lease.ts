import type { Updateable } from 'kysely'
import { CancelledError, NoSpaceError } from '#domain/errors.ts'
import type { JobsTable, JobWish } from './schema/jobs.ts'
import { type JobRow, jobOf } from './job-row.ts'
import type { QueueContext } from './queue-context.ts'

/** The worker gives up after this part of the lease time without a heartbeat that arrived: before others take the job. */
const OWN_SHARE = 0.8

/**
 * The right to write about one job, kept alive by heartbeats. Every write carries the token of the claim: once another
 * worker has the job, nothing of ours arrives any more, and `signal` is aborted.
 */
export class JobLease implements Disposable {
  readonly #row: JobRow
  readonly #context: QueueContext
  readonly #controller = new AbortController()
  readonly #finishing = new AbortController()
  readonly #heartbeat: ReturnType<typeof setInterval>
  #watchdog: ReturnType<typeof setTimeout> | undefined
  #confirmedMs: number
  /** One write at a time, in the order in which they were wanted. */
  #writes: Promise<unknown> = Promise.resolve()

  constructor(row: JobRow, context: QueueContext) {
    this.#row = row
    this.#context = context
    this.#confirmedMs = context.clock.monotonicMs()
    this.#heartbeat = setInterval(() => this.#beat(), context.settings.heartbeatMs)
    if (row.wish) this.heed(row.wish)
    this.#guard()
  }

  /** Which no two claims share. */
  get token(): string {
    return this.#row.lease_token ?? ''
  }

  /** Aborts when the job is wanted to end with what it has. */
  get finishing(): AbortSignal {
    return this.#finishing.signal
  }

  /** Aborts when the lease was lost, or may be, and when the job is to be paused or cancelled. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  heed(wish: JobWish): void {
    if (wish === 'finish') this.#finishing.abort(new CancelledError('The job is to end with what it has.'))
    else if (!this.signal.aborted)
      this.#controller.abort(new CancelledError(wish === 'pause' ? 'The job was paused.' : 'The job was cancelled.'))
  }

  /**
   * Writes about the job, which is a heartbeat too. Resolves with the row as it is then, or with null when the job is
   * no longer ours (or, with `only`, when the row is not as it says).
   */
  write(columns: Updateable<JobsTable>, only: { readonly wish?: JobWish | null } = {}): Promise<JobRow | null> {
    const writing = this.#writes.then(() => this.#writeNow(columns, only.wish))
    this.#writes = writing.catch(() => {})
    return writing
  }

  /** The row while it is ours; null when it is not. */
  async read(): Promise<JobRow | null> {
    await this.#writes
    const { db } = this.#context
    const mine = db.selectFrom('jobs').selectAll().where('id', '=', this.#row.id).where('state', '=', 'running')
    return (await mine.where('lease_token', '=', this.#row.lease_token).executeTakeFirst()) ?? null
  }

  [Symbol.dispose](): void {
    clearInterval(this.#heartbeat)
    clearTimeout(this.#watchdog)
  }

  async #writeNow(columns: Updateable<JobsTable>, wish: JobWish | null | undefined): Promise<JobRow | null> {
    const { db, clock, events } = this.#context
    const sentMs = clock.monotonicMs()
    let update = db
      .updateTable('jobs')
      .set(({ eb }) => ({ lease_beats: eb('lease_beats', '+', 1), ...columns }))
      .where('id', '=', this.#row.id)
      .where('state', '=', 'running')
      .where('lease_token', '=', this.#row.lease_token)
    if (wish !== undefined) update = update.where('wish', 'is not distinct from', wish)
    const row = (await update.returningAll().executeTakeFirst()) ?? null
    if (!row && wish === undefined) this.#giveUp('The job was taken by another worker.')
    if (!row) return null
    this.#confirm(sentMs)
    if (row.wish && row.state === 'running') this.heed(row.wish)
    if (Object.keys(columns).length > 0) events.emit({ kind: 'job-changed', job: jobOf(row) })
    return row
  }

  /** A database that does not answer is waited for; meanwhile the watchdog runs. */
  #beat(): void {
    this.#abortWhenLate()
    const sentMs = this.#context.clock.monotonicMs()
    this.write({}).catch((error) => {
      // Where nothing can be written nobody can take the job either.
      if (error instanceof NoSpaceError) return this.#confirm(sentMs)
      const fields = { jobId: this.#row.id, error }
      this.#context.events.emit({ kind: 'note', level: 'warn', message: 'A heartbeat failed.', fields })
    })
  }

  #confirm(sentMs: number): void {
    this.#confirmedMs = sentMs
    this.#guard()
  }

  #guard(): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => this.#abortWhenLate(), this.#context.settings.leaseMs * OWN_SHARE)
  }

  /** After the process itself was stopped for a while, timers fire late: what counts is the clock. */
  #abortWhenLate(): void {
    const silentMs = this.#context.clock.monotonicMs() - this.#confirmedMs
    if (silentMs >= this.#context.settings.leaseMs * OWN_SHARE)
      this.#giveUp('The job may belong to another worker by now.')
  }

  #giveUp(message: string): void {
    if (this.signal.aborted) return
    this.#context.events.emit({ kind: 'note', level: 'warn', message, fields: { jobId: this.#row.id } })
    this.#controller.abort(new CancelledError(message))
  }
}
