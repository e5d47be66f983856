import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LibraryLockedError } from '#domain/errors.ts'
import { acquireLibraryLock } from './library-lock.ts'
import { type OpenDatabase, openDatabase } from './open-database.ts'
import { thisProcess } from './process-identity.ts'

const FAST = { staleMs: 600, heartbeatMs: 50 }

let folder: string
let one: OpenDatabase
let other: OpenDatabase
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'telereel-lock-'))
  const config = { kind: 'sqlite', path: join(folder, 'catalog.db') } as const
  one = await openDatabase(config)
  other = await openDatabase(config)
})
afterEach(async () => {
  await one[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

it('lets one server have the library and tells the other who has it', async () => {
  await using lock = await acquireLibraryLock(one.db, FAST)
  const refused = acquireLibraryLock(other.db, FAST)
  await expect(refused).rejects.toBeInstanceOf(LibraryLockedError)
  await expect(refused).rejects.toMatchObject({ why: `It is process ${process.pid} on ${thisProcess().host}.` })
  expect(lock.lost.aborted).toBe(false)
})

it('is free once it was let go', async () => {
  for (const { db } of [one, other, one]) {
    await using lock = await acquireLibraryLock(db, FAST)
    expect(lock.lost.aborted).toBe(false)
  }
})

it('gives the library to one of many that want it at once', async () => {
  const wanting = Array.from({ length: 8 }, (_, index) => acquireLibraryLock((index % 2 ? one : other).db, FAST))
  const settled = await Promise.allSettled(wanting)
  const held = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  expect(held).toHaveLength(1)
  for (const lock of held) await lock[Symbol.asyncDispose]()
})

it('takes the library at once from a server that was killed on this machine', async () => {
  const child = spawn(process.execPath, ['--eval', 'setTimeout(() => {}, 60_000)'])
  const owner = JSON.stringify({ ...thisProcess(), pid: child.pid, started: null })
  await one.db.insertInto('leases').values({ name: 'library', token: 'killed', owner, beats: 3 }).execute()
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
  const before = performance.now()
  await using _lock = await acquireLibraryLock(other.db, FAST)
  expect(performance.now() - before).toBeLessThan(FAST.staleMs)
})

it('takes the library from a server that cannot be seen and gives no sign of life, and not before', async () => {
  const owner = JSON.stringify({ ...thisProcess(), space: 'another machine' })
  await one.db.insertInto('leases').values({ name: 'library', token: 'far', owner, beats: 3 }).execute()
  const before = performance.now()
  await using lock = await acquireLibraryLock(other.db, FAST)
  expect(performance.now() - before).toBeGreaterThanOrEqual(FAST.staleMs)
  expect(lock.lost.aborted).toBe(false)
})

it('tells a server that the library was taken from it, and leaves it to the new one', async () => {
  const lock = await acquireLibraryLock(one.db, FAST)
  await other.db.updateTable('leases').set({ token: 'thief' }).execute()
  await new Promise((resolve) => lock.lost.addEventListener('abort', resolve))
  await lock[Symbol.asyncDispose]()
  expect(await other.db.selectFrom('leases').select('token').execute()).toEqual([{ token: 'thief' }])
})

it('gives up waiting when it is told to', async () => {
  const owner = JSON.stringify({ ...thisProcess(), space: 'another machine' })
  await one.db.insertInto('leases').values({ name: 'library', token: 'far', owner, beats: 3 }).execute()
  const waiting = acquireLibraryLock(other.db, { ...FAST, signal: AbortSignal.timeout(50) })
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
})
