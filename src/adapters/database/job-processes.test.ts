import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { JobId, VideoId } from '#domain/ids.ts'
import { until } from '#test/contracts/create-job-queue.ts'
import type { WorkerNote } from '#test/support/job-worker.ts'
import { type OpenDatabase, openDatabase } from './open-database.ts'

const SCRIPT = fileURLToPath(new URL('../../../test/support/job-worker.ts', import.meta.url))
/** The product's times, shortened in proportion. */
const SETTINGS = { leaseMs: 1500, heartbeatMs: 500, pollMs: 60, progressMs: 30 }

let folder: string
let database: OpenDatabase
let workers: ChildProcess[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'telereel-workers-'))
  database = await openDatabase({ kind: 'sqlite', path: join(folder, 'catalog.db') })
  workers = []
})
afterEach(async () => {
  for (const worker of workers) await kill(worker, 'SIGKILL')
  await database[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

it('runs each job in one process only, however many processes there are', async () => {
  const ids = []
  for (let job = 0; job < 40; job++) ids.push(await add(`quick${job}`))
  await Promise.all(['a', 'b', 'c', 'd'].map(startWorker))
  for (let job = 40; job < 120; job++) ids.push(await add(`quick${job}`))
  await until(async () => (await database.jobs.list({ states: ['done'] })).length === 120)
  const begun = notes('begin')
  expect(new Set(begun.map(({ videoId }) => videoId)).size).toBe(120)
  expect(begun).toHaveLength(120)
  expect(notes('end')).toHaveLength(120)
  expect(new Set(begun.map(({ worker }) => worker)).size).toBeGreaterThan(1)
}, 30_000)

it('runs the job of a killed worker again, as the same attempt, in a process that is there', async () => {
  const id = await add('stubborn')
  const first = await startWorker('first')
  await until(() => notes('begin').length === 1)
  await startWorker('second')
  const killedMs = nowMs()
  await kill(first, 'SIGKILL')
  await until(() => notes('begin').length === 2)
  // Seen dead on this machine, it need not even miss its beats.
  expect((notes('begin')[1] as WorkerNote).atMs - killedMs).toBeLessThan(SETTINGS.leaseMs)
  letEnd('stubborn')
  expect(await ended(id)).toMatchObject({ state: 'done', attempts: 1 })
  expect(notes('begin').map(({ worker, attempt }) => `${worker} ${attempt}`)).toEqual(['first 1', 'second 1'])
}, 30_000)

it('takes a job from a worker that was stopped beyond its lease, which can then write nothing about it', async () => {
  const id = await add('stubborn')
  const first = await startWorker('first')
  await until(() => notes('begin').length === 1)
  await startWorker('second')
  const stoppedMs = await stop(first)
  await until(() => notes('begin').length === 2)
  const tookMs = (notes('begin')[1] as WorkerNote).atMs - stoppedMs
  // Not before the lease has run out, and within twice its time: 15 s and 30 s as the product is set.
  expect(tookMs).toBeGreaterThan(SETTINGS.leaseMs - SETTINGS.heartbeatMs)
  expect(tookMs).toBeLessThan(2 * SETTINGS.leaseMs)

  first.kill('SIGCONT')
  await sleep(SETTINGS.heartbeatMs)
  letEnd('stubborn.first')
  await until(() => notes('end').length === 1)
  await sleep(SETTINGS.heartbeatMs)
  expect(await database.jobs.job(id)).toMatchObject({ state: 'running', attempts: 1 })
  letEnd('stubborn')
  expect(await ended(id)).toMatchObject({ state: 'done', attempts: 1 })
  const abortedAtEnd = Object.fromEntries(notes('end').map(({ worker, aborted }) => [worker, aborted]))
  expect(abortedAtEnd).toEqual({ first: true, second: false })
}, 30_000)

it('lets a stopped worker, whose job ended elsewhere meanwhile, write nothing when it wakes', async () => {
  const id = await add('stubborn')
  const first = await startWorker('first')
  await until(() => notes('begin').length === 1)
  const second = await startWorker('second')
  await stop(first)
  await until(() => notes('begin').length === 2)
  await database.jobs.cancel(id)
  letEnd('stubborn')
  const done = await ended(id)
  await kill(second, 'SIGTERM')
  first.kill('SIGCONT')
  await until(() => notes('end').length === 2)
  await kill(first, 'SIGTERM')
  expect(await database.jobs.job(id)).toEqual(done)
}, 30_000)

it('cancels a job that another process runs, within a heartbeat', async () => {
  const id = await add('polite')
  await startWorker('other')
  await until(() => notes('begin').length === 1)
  const askedMs = nowMs()
  await database.jobs.cancel(id)
  expect((await ended(id)).state).toBe('cancelled')
  expect(nowMs() - askedMs).toBeLessThan(2 * SETTINGS.heartbeatMs)
}, 30_000)

it('pauses a job that another process runs, within a heartbeat; it stays so over a restart and goes on when wished', async () => {
  const id = await add('polite')
  const other = await startWorker('other')
  await until(() => notes('begin').length === 1)
  await until(async () => (await database.jobs.job(id)).progress !== null)
  const askedMs = nowMs()
  await database.jobs.pause(id)
  expect(await ended(id)).toMatchObject({ state: 'paused', attempts: 0, progress: { stage: 'cut' } })
  expect(nowMs() - askedMs).toBeLessThan(2 * SETTINGS.heartbeatMs)
  await kill(other, 'SIGTERM')
  await database[Symbol.asyncDispose]()
  database = await openDatabase({ kind: 'sqlite', path: join(folder, 'catalog.db') })
  await startWorker('third')
  await sleep(3 * SETTINGS.pollMs)
  expect((await database.jobs.job(id)).state).toBe('paused')
  await database.jobs.retry(id)
  await until(() => notes('begin').length === 2)
  expect(notes('begin').map(({ worker, attempt }) => `${worker} ${attempt}`)).toEqual(['other 1', 'third 1'])
}, 30_000)

it('lets a job finish that another process runs, within a heartbeat', async () => {
  const id = await add('polite')
  await startWorker('other')
  await until(() => notes('begin').length === 1)
  const askedMs = nowMs()
  await database.jobs.finish(id)
  expect((await ended(id)).state).toBe('done')
  expect(nowMs() - askedMs).toBeLessThan(2 * SETTINGS.heartbeatMs)
  expect(notes('end')).toMatchObject([{ aborted: false }])
}, 30_000)

it('pauses the job of a dead worker without running it again', async () => {
  const id = await add('stubborn')
  const first = await startWorker('first')
  await until(() => notes('begin').length === 1)
  await kill(first, 'SIGKILL')
  await database.jobs.pause(id)
  await startWorker('second')
  expect(await ended(id)).toMatchObject({ state: 'paused', attempts: 0 })
  expect(notes('begin')).toHaveLength(1)
}, 30_000)

it('cancels the job of a dead worker without running it again', async () => {
  const id = await add('stubborn')
  const first = await startWorker('first')
  await until(() => notes('begin').length === 1)
  await kill(first, 'SIGKILL')
  await database.jobs.cancel(id)
  expect((await database.jobs.job(id)).state).toBe('running')
  await startWorker('second')
  expect((await ended(id)).state).toBe('cancelled')
  expect(notes('begin')).toHaveLength(1)
}, 30_000)

it('puts jobs back when a worker process is told to end', async () => {
  const id = await add('polite')
  const first = await startWorker('first')
  await until(() => notes('begin').length === 1)
  await kill(first, 'SIGTERM')
  expect(await database.jobs.job(id)).toMatchObject({ state: 'waiting', attempts: 0 })
}, 30_000)

async function add(videoId: string): Promise<JobId> {
  return (await database.jobs.add('ingest-video', { videoId: videoId as VideoId })).id
}

async function startWorker(name: string): Promise<ChildProcess> {
  const args = [SCRIPT, name, folder, JSON.stringify(SETTINGS)]
  const worker = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  workers.push(worker)
  await until(() => {
    if (worker.exitCode !== null) throw new Error(`Worker ${name} ended with ${worker.exitCode}.`)
    return notes('ready').some(({ worker: each }) => each === name)
  })
  return worker
}

/** Resolves when it is gone. */
async function kill(worker: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return
  const gone = new Promise((resolve) => worker.once('exit', resolve))
  worker.kill(signal)
  await gone
}

/**
 * Stops the process and says when. A process that is stopped in the middle of a commit keeps SQLite's write lock and so
 * stops every writer until it goes on or ends: that is SQLite's way, and not what these tests are about.
 */
async function stop(worker: ChildProcess): Promise<number> {
  for (;;) {
    worker.kill('SIGSTOP')
    const stoppedMs = nowMs()
    using probe = new DatabaseSync(join(folder, 'catalog.db'), { timeout: 200 })
    try {
      probe.exec('begin immediate; rollback')
      return stoppedMs
    } catch {
      worker.kill('SIGCONT')
      await sleep(20)
    }
  }
}

/** For `<video>` or `<video>.<worker>`. */
function letEnd(what: string): void {
  writeFileSync(join(folder, `${what}.go`), '')
}

function ended(id: JobId) {
  return until(async () => {
    const job = await database.jobs.job(id)
    return job.state === 'waiting' || job.state === 'running' ? false : job
  })
}

function notes(what: WorkerNote['what']): WorkerNote[] {
  const path = join(folder, 'notes')
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as WorkerNote).filter((each) => each.what === what)
}

function nowMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}
