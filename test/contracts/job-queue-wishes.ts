import { describe, expect, it, vi } from 'vitest'
import { ConflictError, JobNotFoundError, MediaDamagedError, NoSpaceError } from '#domain/errors.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import type { JobContext, JobProgress } from '#domain/job-queue.ts'
import { type CreateJobQueue, JobTest, until, untilAborted } from './create-job-queue.ts'
import { A, REQUEST, RESULT, reaches, stateOf } from './job-queue-samples.ts'

const HALF: JobProgress = { stage: 'cut', percent: 50, bytesPerSec: 1, secondsLeft: null }
export function testJobWishes(name: string, create: CreateJobQueue): void {
  testPausing(name, create)

  describe(`${name}: results, priorities, removal`, () => {
    it('remembers what a job gave, and knows nothing of those that give nothing', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('download', { request: REQUEST })
      const other = await test.jobs.add('ingest-video', A)
      test.work({ download: async () => RESULT, 'ingest-video': async () => {} })
      for (const each of [id, other.id]) await reaches(test, each, 'done')
      expect(await test.jobs.job(id)).toMatchObject({ payload: { request: REQUEST }, result: RESULT })
      expect((await test.jobs.job(other.id)).result).toBeNull()
      await vi.waitFor(() => expect(test.events.findLast((each) => each.id === id)?.result).toEqual(RESULT))
    })

    it('tells handlers which job they do', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      const seen: string[] = []
      test.work({ 'ingest-video': async (_payload, context) => void seen.push(context.id) })
      await until(() => seen.length === 1)
      expect(seen).toEqual([id])
    })

    it('takes a job first whose priority was raised while it waited', async () => {
      await using test = await JobTest.open(create)
      const first = await test.jobs.add('ingest-video', A)
      const second = await test.jobs.add('ingest-video', { videoId: 'b' as VideoId })
      await test.jobs.setPriority(second.id, 7)
      expect((await test.jobs.job(second.id)).priority).toBe(7)
      expect(test.events.at(-1)).toMatchObject({ id: second.id, priority: 7 })
      const order: string[] = []
      test.work({ 'ingest-video': async ({ videoId }) => void order.push(videoId) })
      await reaches(test, first.id, 'done')
      expect(order).toEqual(['b', 'a'])
      await expect(test.jobs.setPriority('nobody' as JobId, 1)).rejects.toBeInstanceOf(JobNotFoundError)
    })

    it('forgets an ended job on wish, tells of it, and keeps every other', async () => {
      await using test = await JobTest.open(create)
      const ended = await test.jobs.add('ingest-video', A)
      const paused = await test.jobs.add('ingest-video', A)
      const waiting = await test.jobs.add('ingest-video', A)
      await test.jobs.cancel(ended.id)
      await test.jobs.pause(paused.id)
      await test.jobs.remove(ended.id)
      await expect(test.jobs.job(ended.id)).rejects.toBeInstanceOf(JobNotFoundError)
      expect(test.removed).toEqual([ended.id])
      for (const { id } of [paused, waiting]) await expect(test.jobs.remove(id)).rejects.toBeInstanceOf(ConflictError)
      await test.jobs.remove(ended.id)
      expect(test.removed).toEqual([ended.id])
      expect(await test.jobs.list()).toHaveLength(2)
    })

    it('asks before each start how many may run, and stops none that does', async () => {
      await using test = await JobTest.open(create)
      let most = 1
      let running = 0
      const gates: (() => void)[] = []
      const handler = async () => {
        running++
        await new Promise<void>((resolve) => gates.push(resolve))
        running--
      }
      for (let job = 0; job < 6; job++) await test.jobs.add('ingest-video', { videoId: `${job}` as VideoId })
      test.work({ 'ingest-video': handler }, () => most)
      await until(() => running === 1)
      most = 3
      await until(() => running === 3)
      most = 0
      gates.shift()?.()
      await until(() => running === 2)
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect([running, gates.length]).toEqual([2, 2])
      most = 4
      await until(() => running === 4)
      await until(async () => {
        gates.shift()?.()
        return (await test.jobs.list({ states: ['done'] })).length === 6
      })
    })

    it('keeps those who work under different names apart, each with its own number', async () => {
      await using test = await JobTest.open(create)
      const running = { 'ingest-video': 0, 'delete-video': 0 }
      const most = { 'ingest-video': 0, 'delete-video': 0 }
      const handler = (which: keyof typeof running) => async () => {
        most[which] = Math.max(most[which], ++running[which])
        await new Promise((resolve) => setTimeout(resolve, 15))
        running[which]--
      }
      for (let job = 0; job < 5; job++) {
        for (const which of ['ingest-video', 'delete-video'] as const)
          await test.jobs.add(which, { videoId: `${job}` as VideoId })
      }
      test.work({ 'ingest-video': handler('ingest-video') }, 1)
      test.work({ 'delete-video': handler('delete-video') }, () => 2)
      await until(async () => (await test.jobs.list({ states: ['done'] })).length === 10)
      expect(most).toEqual({ 'ingest-video': 1, 'delete-video': 2 })
    })
  })
}

function testPausing(name: string, create: CreateJobQueue): void {
  describe(`${name}: pausing`, () => {
    it('never starts a paused job until it is to go on', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A, { priority: 9 })
      const other = await test.jobs.add('ingest-video', A)
      for (let time = 0; time < 2; time++) await test.jobs.pause(id)
      let runs = 0
      test.work({ 'ingest-video': async () => void runs++ })
      await reaches(test, other.id, 'done')
      expect([runs, await stateOf(test, id)]).toEqual([1, 'paused'])
      await test.jobs.retry(id)
      await reaches(test, id, 'done')
    })

    it('aborts a running job, whatever its handler says then, and goes on later as the same attempt', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A, { maxAttempts: 1 })
      const attempts: number[] = []
      const handler = async (_payload: unknown, { signal, attempt, report }: JobContext) => {
        attempts.push(attempt)
        if (attempts.length > 1) return
        report(HALF)
        await untilAborted(signal).catch(() => {})
        throw new MediaDamagedError('ffmpeg was killed.')
      }
      test.work({ 'ingest-video': handler })
      await reaches(test, id, 'running')
      for (let time = 0; time < 2; time++) await test.jobs.pause(id)
      await reaches(test, id, 'paused')
      const paused = { state: 'paused', failure: null, attempts: 0, progress: HALF }
      expect(await test.jobs.job(id)).toMatchObject(paused)
      // What is told comes a moment after what is kept.
      await vi.waitFor(() => expect(test.events.at(-1)).toMatchObject(paused))
      await test.jobs.retry(id)
      expect(test.events.findLast(({ state }) => state === 'waiting')).toMatchObject({ attempts: 0, progress: HALF })
      await reaches(test, id, 'done')
      expect(attempts).toEqual([1, 1])
    })

    it('keeps what earlier attempts said while it is paused', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      const handler = async (_payload: unknown, { attempt }: JobContext) => {
        if (attempt === 1) throw new NoSpaceError('The disk is full.')
      }
      test.work({ 'ingest-video': handler })
      await until(async () => (await test.jobs.job(id)).failure !== null)
      await test.jobs.pause(id)
      const failure = { code: 'no-space', message: 'The disk is full.' }
      expect(await test.jobs.job(id)).toMatchObject({ state: 'paused', attempts: 1, failure })
      await test.jobs.retry(id)
      await reaches(test, id, 'done')
      expect(await test.jobs.job(id)).toMatchObject({ attempts: 2, failure: null })
    })

    it('calls it done when its handler got to its end all the same', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      test.work({ 'ingest-video': async (_payload, { signal }) => untilAborted(signal).catch(() => {}) })
      await reaches(test, id, 'running')
      await test.jobs.pause(id)
      await reaches(test, id, 'done')
      await expect(test.jobs.pause(id)).rejects.toBeInstanceOf(ConflictError)
      await expect(test.jobs.pause('nobody' as JobId)).rejects.toBeInstanceOf(JobNotFoundError)
    })

    it('goes on at once when it is wished on before it stood', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      const gate = Promise.withResolvers<void>()
      let runs = 0
      const handler = async (_payload: unknown, { signal }: JobContext) => {
        if (++runs > 1) return
        await gate.promise
        signal.throwIfAborted()
      }
      test.work({ 'ingest-video': handler })
      await reaches(test, id, 'running')
      await test.jobs.pause(id)
      await test.jobs.retry(id)
      gate.resolve()
      await reaches(test, id, 'done')
      expect(test.events.some(({ state }) => state === 'paused')).toBe(false)
    })

    it('cancels a paused job, and one that is being paused', async () => {
      await using test = await JobTest.open(create)
      const still = await test.jobs.add('delete-video', A)
      await test.jobs.pause(still.id)
      await test.jobs.cancel(still.id)
      expect(await stateOf(test, still.id)).toBe('cancelled')
      const { id } = await test.jobs.add('ingest-video', A)
      const gate = Promise.withResolvers<void>()
      test.work({ 'ingest-video': async (_payload, { signal }) => gate.promise.then(() => signal.throwIfAborted()) })
      await reaches(test, id, 'running')
      await test.jobs.pause(id)
      await test.jobs.cancel(id)
      await test.jobs.pause(id)
      gate.resolve()
      await reaches(test, id, 'cancelled')
    })

    it('returns the paused job instead of adding another under its key', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A, { dedupeKey: 'key' })
      await test.jobs.pause(id)
      expect(await test.jobs.add('ingest-video', A, { dedupeKey: 'key' })).toMatchObject({ id, state: 'paused' })
      expect(await test.jobs.list({ states: ['paused'] })).toHaveLength(1)
    })

    it('stays paused when the worker stops meanwhile', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      test.work({ 'ingest-video': (_payload, { signal }) => untilAborted(signal) })
      await reaches(test, id, 'running')
      await Promise.all([test.jobs.pause(id), test.stop()])
      expect(await test.jobs.job(id)).toMatchObject({ state: 'paused', attempts: 0 })
    })
  })
}
