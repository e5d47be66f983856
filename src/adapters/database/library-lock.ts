import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { LibraryLockedError, NoSpaceError } from '#domain/errors.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { LeaseWatch } from './lease-watch.ts'
import { describeProcess, type ProcessIdentity, thisProcess } from './process-identity.ts'
import type { Tables } from './schema/tables.ts'

/** Held until disposed. */
export interface LibraryLock extends AsyncDisposable {
  /** Aborts when another server may have taken the library: this process was stopped, or the database did not answer. */
  readonly lost: AbortSignal
}

export interface LibraryLockOptions {
  readonly signal?: AbortSignal
  readonly clock?: Clock
  /** A holder that gives no sign of life for this long has lost the library. */
  readonly staleMs?: number
  readonly heartbeatMs?: number
}

const NAME = 'library'
const LOOK_EVERY_MS = 200
/** The holder gives up after this part of `staleMs` without a heartbeat that arrived: before others take the library. */
const OWN_SHARE = 0.8

/**
 * Makes this process the one server of the library. The holder's beats are what counts, and no clock but this process's
 * own: a holder that beats is there, and it rejects with LibraryLockedError, after one heartbeat at most; one that was
 * killed on this machine is seen to be gone at once; of one that cannot be seen the end is waited for, `staleMs` at most.
 */
export async function acquireLibraryLock(db: Kysely<Tables>, options: LibraryLockOptions = {}): Promise<LibraryLock> {
  const { signal, clock = SYSTEM_CLOCK, staleMs = 15_000, heartbeatMs = 2000 } = options
  const watch = new LeaseWatch(clock, staleMs)
  const token = crypto.randomUUID()
  let first: Holder | undefined
  for (;;) {
    if (await takeFree(db, token)) break
    const holder = await readHolder(db)
    if (!holder) continue
    const [dead] = watch.dead([holder])
    if (dead && (await takeOver(db, token, dead))) break
    first ??= holder
    if (holder.token !== first.token || holder.beats !== first.beats) throw lockedBy(holder)
    await sleep(LOOK_EVERY_MS, undefined, signal && { signal })
  }
  return hold(db, token, { clock, staleMs, heartbeatMs })
}

interface Holder {
  readonly key: string
  readonly token: string
  readonly beats: number
  readonly owner: ProcessIdentity
}

async function takeFree(db: Kysely<Tables>, token: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('leases')
    .values({ name: NAME, token, owner: JSON.stringify(thisProcess()), beats: 0 })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

async function readHolder(db: Kysely<Tables>): Promise<Holder | undefined> {
  const row = await db.selectFrom('leases').selectAll().where('name', '=', NAME).executeTakeFirst()
  return row && { key: NAME, token: row.token, beats: row.beats, owner: JSON.parse(row.owner) as ProcessIdentity }
}

/** Only while it still stands as it was seen: of two that want it one gets it. */
async function takeOver(db: Kysely<Tables>, token: string, dead: Holder): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('leases')
    .set({ token, owner: JSON.stringify(thisProcess()), beats: 0 })
    .where('name', '=', NAME)
    .where('token', '=', dead.token)
    .where('beats', '=', dead.beats)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

function lockedBy({ owner }: Holder): LibraryLockedError {
  return new LibraryLockedError('Another server already runs on this library.', {
    why: `It is ${describeProcess(owner)}.`,
    fix: 'Stop it first, or set another DATA_DIR for this one.',
  })
}

function hold(
  db: Kysely<Tables>,
  token: string,
  { clock, staleMs, heartbeatMs }: Required<Omit<LibraryLockOptions, 'signal'>>,
): LibraryLock {
  const lost = new AbortController()
  let confirmedMs = clock.monotonicMs()
  const giveUp = () => lost.abort(new LibraryLockedError('Another server may have taken the library.'))
  const giveUpWhenLate = () => {
    if (clock.monotonicMs() - confirmedMs >= staleMs * OWN_SHARE) giveUp()
  }
  const beat = async () => {
    giveUpWhenLate()
    const sentMs = clock.monotonicMs()
    const mine = db.updateTable('leases').set(({ eb }) => ({ beats: eb('beats', '+', 1) }))
    const { numUpdatedRows } = await mine
      .where('name', '=', NAME)
      .where('token', '=', token)
      .executeTakeFirst()
      .catch(unlessFull)
    if (numUpdatedRows === 0n) giveUp()
    else confirmedMs = sentMs
  }
  // A beat that fails is made up for by the next, or the silence ends the lock.
  const timer = setInterval(() => void beat().catch(giveUpWhenLate), heartbeatMs)
  return {
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      // One that stays says whose it was, and that he is gone.
      await db.deleteFrom('leases').where('name', '=', NAME).where('token', '=', token).execute().catch(unlessFull)
    },
  }
}

/** Where nothing can be written nobody can take the library either: whoever has it keeps it, and goes on serving. */
function unlessFull(error: unknown): { readonly numUpdatedRows: null } {
  if (error instanceof NoSpaceError) return { numUpdatedRows: null }
  throw error
}
