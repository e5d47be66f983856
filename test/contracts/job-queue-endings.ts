import { describe, expect, it } from 'vitest'
import { ConflictError, MediaDamagedError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import { type CreateJobQueue, JobTest, until, untilAborted } from './create-job-queue.ts'

const A = { videoId: 'a' as VideoId }

export function testJobEndings(name: string, create: CreateJobQueue): void {
  const stateOf = async (test: JobTest, id: Parameters<JobTest['jobs']['job']>[0]) => (await test.jobs.job(id)).state

  describe(`${name}: cancelling, retrying, stopping`, () => {
    it('never starts a cancelled job', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A, { priority: 9 })
      const other = await test.jobs.add('ingest-video', A)
      for (let time = 0; time < 2; time++) await test.jobs.cancel(id)
      let runs = 0
      test.work({ 'ingest-video': async () => void runs++ })
      await until(async () => (await stateOf(test, other.id)) === 'done')
      expect([runs, await stateOf(test, id)]).toEqual([1, 'cancelled'])
    })

    it('aborts a running job that is cancelled, whatever its handler says then', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      const handler = async (_payload: unknown, { signal }: { signal: AbortSignal }) => {
        await untilAborted(signal).catch(() => {})
        throw new MediaDamagedError('ffmpeg was killed.')
      }
      test.work({ 'ingest-video': handler })
      await until(async () => (await stateOf(test, id)) === 'running')
      for (let time = 0; time < 2; time++) await test.jobs.cancel(id)
      await until(async () => (await stateOf(test, id)) === 'cancelled')
      expect(await test.jobs.job(id)).toMatchObject({ failure: null, attempts: 1 })
    })

    it('calls a cancelled job done when its handler got to its end all the same', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      test.work({ 'ingest-video': async (_payload, { signal }) => untilAborted(signal).catch(() => {}) })
      await until(async () => (await stateOf(test, id)) === 'running')
      await test.jobs.cancel(id)
      await until(async () => (await stateOf(test, id)) === 'done')
    })

    it('leaves a finished job as it is when it is cancelled', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      test.work({ 'ingest-video': async () => {} })
      await until(async () => (await stateOf(test, id)) === 'done')
      await test.jobs.cancel(id)
      expect(await stateOf(test, id)).toBe('done')
    })

    it('frees the key of a cancelled job', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A, { dedupeKey: 'key' })
      await test.jobs.cancel(id)
      expect((await test.jobs.add('ingest-video', A, { dedupeKey: 'key' })).id).not.toBe(id)
    })

    it('runs a failed or cancelled job again as if it were new', async () => {
      await using test = await JobTest.open(create)
      const failing = await test.jobs.add('ingest-video', A, { maxAttempts: 1 })
      const cancelled = await test.jobs.add('delete-video', A)
      await test.jobs.cancel(cancelled.id)
      let healthy = false
      const attempts: number[] = []
      const handler = async (_payload: unknown, { attempt }: { attempt: number }) => {
        attempts.push(attempt)
        if (!healthy) throw new Error('not yet')
      }
      test.work({ 'ingest-video': handler, 'delete-video': handler })
      await until(async () => (await stateOf(test, failing.id)) === 'failed')
      healthy = true
      await test.jobs.retry(failing.id)
      await test.jobs.retry(cancelled.id)
      for (const { id } of [failing, cancelled]) await until(async () => (await stateOf(test, id)) === 'done')
      expect(attempts).toEqual([1, 1, 1])
      expect(await test.jobs.job(failing.id)).toMatchObject({ attempts: 1, failure: null })
    })

    it('lets a job that waits for its next attempt begin at once when it is retried', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      const handler = async (_payload: unknown, { attempt }: { attempt: number }) => {
        if (attempt === 1) throw new Error('not yet')
      }
      test.work({ 'ingest-video': handler })
      await until(async () => (await test.jobs.job(id)).failure !== null)
      await test.jobs.retry(id)
      await until(async () => (await stateOf(test, id)) === 'done')
    })

    it('refuses to put back a job that is done, or whose key another has taken', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A, { dedupeKey: 'key' })
      await test.jobs.cancel(id)
      const next = await test.jobs.add('ingest-video', A, { dedupeKey: 'key' })
      await expect(test.jobs.retry(id)).rejects.toBeInstanceOf(ConflictError)
      test.work({ 'ingest-video': async () => {} })
      await until(async () => (await stateOf(test, next.id)) === 'done')
      await expect(test.jobs.retry(next.id)).rejects.toBeInstanceOf(ConflictError)
      await test.jobs.retry(id)
      await until(async () => (await stateOf(test, id)) === 'done')
    })

    it('leaves a running job as it is when it is retried', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      const gate = Promise.withResolvers<void>()
      let runs = 0
      const handler = async () => {
        runs++
        await gate.promise
      }
      test.work({ 'ingest-video': handler }, 2)
      await until(() => runs === 1)
      await test.jobs.retry(id)
      gate.resolve()
      await until(async () => (await stateOf(test, id)) === 'done')
      expect(runs).toBe(1)
    })

    it('waits for jobs in progress when it stops, and puts them back without counting the attempt', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A, { maxAttempts: 1 })
      const waiting = await test.jobs.add('ingest-video', A)
      let letGo = false
      const handler = async (_payload: unknown, { signal }: { signal: AbortSignal }) => {
        await untilAborted(signal).catch(() => {})
        await new Promise((resolve) => setTimeout(resolve, 30))
        letGo = true
        throw new MediaDamagedError('ffmpeg was killed.')
      }
      test.work({ 'ingest-video': handler })
      await until(async () => (await stateOf(test, id)) === 'running')
      await test.stop()
      expect(letGo).toBe(true)
      expect(await test.jobs.job(id)).toMatchObject({ state: 'waiting', attempts: 0, failure: null })
      const attempts: number[] = []
      const next = new AbortController()
      const again = test.jobs.work(
        { 'ingest-video': async (_payload, { attempt }) => void attempts.push(attempt) },
        { concurrency: 1, signal: next.signal },
      )
      await until(async () => (await stateOf(test, waiting.id)) === 'done')
      next.abort()
      await again
      expect(attempts).toEqual([1, 1])
    })

    it('does not work when it is told to stop before it begins', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      let runs = 0
      await test.jobs.work({ 'ingest-video': async () => void runs++ }, { concurrency: 1, signal: AbortSignal.abort() })
      expect([runs, await stateOf(test, id)]).toEqual([0, 'waiting'])
    })

    it('cancels a job that is stopped and cancelled at once', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      test.work({ 'ingest-video': (_payload, { signal }) => untilAborted(signal) })
      await until(async () => (await stateOf(test, id)) === 'running')
      await Promise.all([test.jobs.cancel(id), test.stop()])
      expect(await stateOf(test, id)).toBe('cancelled')
    })
  })
}
