import { describe, expect, it } from 'vitest'
import { ConflictError, JobNotFoundError, MediaDamagedError, NoSpaceError } from '#domain/errors.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import type { JobContext } from '#domain/job-queue.ts'
import { type CreateJobQueue, JobTest, until, untilAborted } from './create-job-queue.ts'
import { A, REQUEST, RESULT, reaches, stateOf } from './job-queue-samples.ts'

/** Jobs that end with what they have, and jobs that begin again. */
export function testJobsAgain(name: string, create: CreateJobQueue): void {
  testFinishing(name, create)

  describe(`${name}: trying again otherwise`, () => {
    const other = { request: { ...REQUEST, allowGaps: true } }

    it('gives a job that stands still another payload', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('download', { request: REQUEST })
      await test.jobs.pause(id)
      await test.jobs.retry(id, { payload: other })
      expect(await test.jobs.job(id)).toMatchObject({ state: 'waiting', payload: other })
      const seen: unknown[] = []
      const handler = async (payload: unknown) => {
        seen.push(payload)
        return RESULT
      }
      test.work({ download: handler })
      await reaches(test, id, 'done')
      expect(seen).toEqual([other])
    })

    it('leaves one that runs its own', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('download', { request: REQUEST })
      const gate = Promise.withResolvers<void>()
      const handler = async () => {
        await gate.promise
        return RESULT
      }
      test.work({ download: handler })
      await reaches(test, id, 'running')
      await test.jobs.retry(id, { payload: other })
      gate.resolve()
      await reaches(test, id, 'done')
      expect((await test.jobs.job(id)).payload).toEqual({ request: REQUEST })
    })

    it('begins one that is done anew only when that is said, and forgets what it gave', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('download', { request: REQUEST })
      const second = Promise.withResolvers<void>()
      const gates = [Promise.resolve(), second.promise]
      const handler = async () => {
        await gates.shift()
        return RESULT
      }
      test.work({ download: handler })
      await reaches(test, id, 'done')
      await expect(test.jobs.retry(id, { payload: other })).rejects.toBeInstanceOf(ConflictError)
      await test.jobs.retry(id, { done: true })
      await reaches(test, id, 'running')
      expect(await test.jobs.job(id)).toMatchObject({ result: null, attempts: 1, payload: { request: REQUEST } })
      second.resolve()
      await reaches(test, id, 'done')
    })
  })
}

function testFinishing(name: string, create: CreateJobQueue): void {
  describe(`${name}: finishing`, () => {
    it('lets a running job end well with what it has', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('download', { request: REQUEST })
      let aborted: boolean | undefined
      const gate = Promise.withResolvers<void>()
      const handler = async (_payload: unknown, { signal, finishing }: JobContext) => {
        await untilAborted(finishing).catch(() => {})
        await gate.promise
        aborted = signal.aborted
        return RESULT
      }
      test.work({ download: handler })
      await reaches(test, id, 'running')
      for (let time = 0; time < 2; time++) await test.jobs.finish(id)
      gate.resolve()
      await reaches(test, id, 'done')
      expect(aborted).toBe(false)
      expect((await test.jobs.job(id)).result).toEqual(RESULT)
    })

    it('refuses for a job that has ended well or was cancelled, or is being stopped', async () => {
      await using test = await JobTest.open(create)
      await expect(test.jobs.finish('nobody' as JobId)).rejects.toBeInstanceOf(JobNotFoundError)
      const cancelled = await test.jobs.add('ingest-video', { videoId: 'b' as VideoId })
      await test.jobs.cancel(cancelled.id)
      await expect(test.jobs.finish(cancelled.id)).rejects.toBeInstanceOf(ConflictError)
      const { id } = await test.jobs.add('ingest-video', A)
      const gate = Promise.withResolvers<void>()
      test.work({ 'ingest-video': () => gate.promise })
      await reaches(test, id, 'running')
      await test.jobs.pause(id)
      await expect(test.jobs.finish(id)).rejects.toBeInstanceOf(ConflictError)
      gate.resolve()
      await reaches(test, id, 'done')
      await expect(test.jobs.finish(id)).rejects.toBeInstanceOf(ConflictError)
    })

    it('begins a job again that waits, is paused or has failed, with the wish from the start', async () => {
      await using test = await JobTest.open(create)
      const add = async (name: string) => (await test.jobs.add('ingest-video', { videoId: name as VideoId })).id
      const failed = await add('failed')
      const seen: [string, boolean][] = []
      const handler = async ({ videoId }: { videoId: VideoId }, { finishing }: JobContext) => {
        seen.push([videoId, finishing.aborted])
        if (!finishing.aborted) throw new MediaDamagedError('The file is damaged.')
      }
      const stop = new AbortController()
      const working = test.jobs.work({ 'ingest-video': handler }, { concurrency: 1, signal: stop.signal })
      await reaches(test, failed, 'failed')
      stop.abort()
      await working
      const [paused, waiting] = [await add('paused'), await add('waiting')]
      await test.jobs.pause(paused)
      for (const id of [failed, paused, waiting]) {
        for (let time = 0; time < 2; time++) await test.jobs.finish(id)
        expect(await test.jobs.job(id)).toMatchObject({ state: 'waiting', failure: null, attempts: 0 })
      }
      test.work({ 'ingest-video': handler })
      for (const id of [failed, paused, waiting]) await reaches(test, id, 'done')
      expect(seen.slice(1).toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
        ['failed', true],
        ['paused', true],
        ['waiting', true],
      ])
    })

    it('refuses for a failed job whose work another does', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A, { dedupeKey: 'key', maxAttempts: 1 })
      const stop = new AbortController()
      const handler = () => Promise.reject(new MediaDamagedError('The file is damaged.'))
      const working = test.jobs.work({ 'ingest-video': handler }, { concurrency: 1, signal: stop.signal })
      await reaches(test, id, 'failed')
      stop.abort()
      await working
      await test.jobs.add('ingest-video', A, { dedupeKey: 'key' })
      await expect(test.jobs.finish(id)).rejects.toBeInstanceOf(ConflictError)
      expect(await stateOf(test, id)).toBe('failed')
    })

    it('remembers the wish over a stop and a failed attempt, but not over a pause', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      const seen: boolean[] = []
      const handler = async (_payload: unknown, { signal, finishing }: JobContext) => {
        seen.push(finishing.aborted)
        if (seen.length === 2) throw new NoSpaceError('The disk is full.')
        if (seen.length < 5) await untilAborted(signal)
      }
      const first = new AbortController()
      const working = test.jobs.work({ 'ingest-video': handler }, { concurrency: 1, signal: first.signal })
      await until(() => seen.length === 1)
      await test.jobs.finish(id)
      first.abort()
      await working
      expect(await stateOf(test, id)).toBe('waiting')
      test.work({ 'ingest-video': handler })
      await until(async () => (await test.jobs.job(id)).failure !== null)
      await test.jobs.retry(id)
      await until(() => seen.length === 3)
      await test.jobs.pause(id)
      await reaches(test, id, 'paused')
      await test.jobs.retry(id)
      await until(() => seen.length === 4)
      expect(seen).toEqual([false, true, true, false])
    })
  })
}
