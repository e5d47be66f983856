import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely, KyselyPlugin } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NoSpaceError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Clock } from './clock.ts'
import { DatabaseJobQueue } from './database-job-queue.ts'
import { JOB_SETTINGS } from './job-settings.ts'
import { acquireLibraryLock } from './library-lock.ts'
import { type OpenDatabase, openDatabase } from './open-database.ts'
import type { Tables } from './schema/tables.ts'

let folder: string
let database: OpenDatabase
let disk: SmallDisk
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'telereel-full-'))
  database = await openDatabase({ kind: 'sqlite', path: join(folder, 'catalog.db') })
  disk = new SmallDisk(database.db)
})
afterEach(async () => {
  await database[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const LEASE_MS = 10_000

describe('a catalog whose disk is full', () => {
  it('costs its server neither the library nor its end: nobody else can take what cannot be written', async () => {
    const lock = await acquireLibraryLock(disk.db, { clock: disk.clock, staleMs: LEASE_MS, heartbeatMs: 10 })
    await disk.staysFullFor(10 * LEASE_MS)
    expect(lock.lost.aborted).toBe(false)
    disk.isFull = true
    await lock[Symbol.asyncDispose]()
  })

  it('takes no job from its worker', async () => {
    const settings = { ...JOB_SETTINGS, leaseMs: LEASE_MS, heartbeatMs: 10, pollMs: 10 }
    const context = {
      dialect: 'sqlite',
      newId: () => crypto.randomUUID(),
      clock: disk.clock,
      random: () => 0.5,
    } as const
    const jobs = new DatabaseJobQueue({ ...context, db: disk.db, events: { emit() {} }, settings })
    const { id } = await jobs.add('ingest-video', { videoId: 'a' as VideoId })
    const stop = new AbortController()
    let attempts = 0
    const handler = async (_payload: unknown, { signal }: { readonly signal: AbortSignal }) => {
      attempts++
      await disk.staysFullFor(10 * LEASE_MS)
      signal.throwIfAborted()
    }
    const working = jobs.work({ 'ingest-video': handler }, { concurrency: 1, signal: stop.signal })
    await expect.poll(async () => (await jobs.job(id)).state, { timeout: 10_000 }).toBe('done')
    stop.abort()
    await working
    expect(attempts).toBe(1)
  })
})

/** The catalog on a disk that takes nothing more while it is full. */
class SmallDisk {
  isFull = false
  #nowMs = 0
  #refusals = 0
  readonly clock: Clock = { wallMs: () => Date.now(), monotonicMs: () => this.#nowMs }
  readonly db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    const plugin: KyselyPlugin = {
      transformQuery: ({ node }) => {
        if (!this.isFull || node.kind === 'SelectQueryNode') return node
        this.#refusals++
        throw new NoSpaceError('The catalog cannot grow.')
      },
      transformResult: async ({ result }) => result,
    }
    this.db = db.withPlugin(plugin)
  }

  /** So long by its own clock, in steps that a lease survives when a heartbeat comes in each. */
  async staysFullFor(ms: number): Promise<void> {
    this.isFull = true
    for (const endMs = this.#nowMs + ms; this.#nowMs < endMs; ) {
      this.#nowMs += LEASE_MS / 3
      const before = this.#refusals
      // The first may have begun before this step.
      while (this.#refusals < before + 2) await sleep(5)
    }
    this.isFull = false
  }
}
