import { describe, expect, it } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import type { JobProgress } from '#domain/job-queue.ts'
import { type CreateJobQueue, JobTest, until } from './create-job-queue.ts'

const payload = (videoId: string) => ({ videoId: videoId as VideoId })

export function testWorking(name: string, create: CreateJobQueue): void {
  describe(`${name}: working`, () => {
    it('runs a job once, with its payload', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', payload('a'))
      const calls: unknown[] = []
      test.work({
        'ingest-video': async (given, { attempt, lastAttempt, signal }) => {
          calls.push({ given, attempt, lastAttempt, aborted: signal.aborted, state: (await test.jobs.job(id)).state })
        },
      })
      await until(async () => (await test.jobs.job(id)).state === 'done')
      const expected = { given: { videoId: 'a' }, attempt: 1, lastAttempt: false, aborted: false, state: 'running' }
      expect(calls).toEqual([expected])
      expect(await test.jobs.job(id)).toMatchObject({ attempts: 1, failure: null })
    })

    it('takes the higher priority first, and among equals the older job', async () => {
      await using test = await JobTest.open(create)
      const order: string[] = []
      const wanted = [
        ['c', 0],
        ['a', 9],
        ['d', 0],
        ['b', 9],
        ['e', -1],
      ] as const
      for (const [videoId, priority] of wanted) await test.jobs.add('ingest-video', payload(videoId), { priority })
      test.work({ 'ingest-video': async ({ videoId }) => void order.push(videoId) })
      await until(() => order.length === 5)
      expect(order.join('')).toBe('abcde')
    })

    it('runs as many jobs at once as it may, and no more', async () => {
      await using test = await JobTest.open(create)
      let now = 0
      let most = 0
      let ended = 0
      for (let job = 0; job < 9; job++) await test.jobs.add('ingest-video', payload(`${job}`))
      const handler = async () => {
        most = Math.max(most, ++now)
        await new Promise((resolve) => setTimeout(resolve, 15))
        now--
        ended++
      }
      test.work({ 'ingest-video': handler }, 3)
      await until(() => ended === 9)
      expect(most).toBe(3)
    })

    it('runs each job once however many workers there are', async () => {
      await using test = await JobTest.open(create)
      const runs: string[] = []
      for (let job = 0; job < 30; job++) await test.jobs.add('ingest-video', payload(`${job}`))
      for (let worker = 0; worker < 4; worker++)
        test.work({ 'ingest-video': async ({ videoId }) => void runs.push(videoId) }, 2)
      await until(async () => (await test.jobs.list({ states: ['done'] })).length === 30)
      expect(new Set(runs).size).toBe(30)
      expect(runs).toHaveLength(30)
    })

    it('leaves jobs without a handler to others', async () => {
      await using test = await JobTest.open(create)
      const other = await test.jobs.add('delete-video', payload('x'), { priority: 9 })
      const mine = await test.jobs.add('ingest-video', payload('y'))
      test.work({ 'ingest-video': async () => {} })
      await until(async () => (await test.jobs.job(mine.id)).state === 'done')
      expect((await test.jobs.job(other.id)).state).toBe('waiting')
    })

    it('starts a job at once when a worker is free, not at its next look', async () => {
      await using test = await JobTest.open(create, { pollMs: 3_600_000 })
      let ran = 0
      test.work({ 'ingest-video': async () => void ran++ })
      for (let job = 1; job <= 3; job++) {
        await new Promise((resolve) => setTimeout(resolve, 10))
        await test.jobs.add('ingest-video', payload(`${job}`))
        await until(() => ran === job)
      }
    })

    it('tells every change of a job', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', payload('a'))
      test.work({ 'ingest-video': async () => {} })
      await until(() => test.events.some(({ state }) => state === 'done'))
      expect(test.events.map(({ state }) => state)).toEqual(['waiting', 'running', 'done'])
      expect(test.events.at(-1)).toEqual(await test.jobs.job(id))
    })

    it('keeps the last progress that was reported, and does not write all of them', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', payload('a'))
      const progress = (percent: number): JobProgress => ({
        stage: 'cut',
        percent,
        bytesPerSec: 1e9,
        secondsLeft: null,
      })
      test.work({
        'ingest-video': async (_payload, { report }) => {
          for (let percent = 0; percent < 50; percent++) {
            report(progress(percent))
            await new Promise((resolve) => setTimeout(resolve, 1))
          }
          report({ ...progress(99.5), stage: 'store', secondsLeft: 1.5 })
        },
      })
      await until(async () => (await test.jobs.job(id)).state === 'done')
      expect((await test.jobs.job(id)).progress).toEqual({
        stage: 'store',
        percent: 99.5,
        bytesPerSec: 1e9,
        secondsLeft: 1.5,
      })
      const whileRunning = test.events.filter(({ state, progress: seen }) => state === 'running' && seen)
      expect(whileRunning.length).toBeGreaterThan(0)
      expect(whileRunning.length).toBeLessThan(10)
    })

    it('remembers only the newest finished jobs, and every other', async () => {
      await using test = await JobTest.open(create, { keepFinished: 3 })
      const waiting = await test.jobs.add('delete-video', payload('waits'))
      const ids = []
      for (let job = 0; job < 6; job++) ids.push((await test.jobs.add('ingest-video', payload(`${job}`))).id)
      test.work({ 'ingest-video': async () => {} })
      await until(async () => (await test.jobs.list({ states: ['waiting', 'running'] })).length === 1)
      await until(async () => (await test.jobs.list()).length === 4)
      expect((await test.jobs.list()).map(({ id }) => id)).toEqual([...ids.slice(3).reverse(), waiting.id])
    })
  })
}
