import { describe, expect, it } from 'vitest'
import { MediaDamagedError, NoSpaceError, RemoteRefusedError } from '#domain/errors.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import type { JobQueue } from '#domain/job-queue.ts'
import { type CreateJobQueue, JobTest, until } from './create-job-queue.ts'

const A = { videoId: 'a' as VideoId }

export function testJobFailures(name: string, create: CreateJobQueue): void {
  describe(`${name}: failing jobs`, () => {
    it('tries again after a wait, and says meanwhile what went wrong', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      const attempts: number[] = []
      test.work({
        'ingest-video': async (_payload, { attempt }) => {
          attempts.push(attempt)
          if (attempt < 3) throw new NoSpaceError('The disk is full.')
        },
      })
      const failed = await until(() => seen(test.jobs, id, 'waiting', 1))
      expect(failed.failure).toEqual({ code: 'no-space', message: 'The disk is full.' })
      await somePolls()
      expect(attempts).toEqual([1])
      test.nowMs += 60_000
      await until(() => seen(test.jobs, id, 'waiting', 2))
      test.nowMs += 60_000
      const done = await until(() => seen(test.jobs, id, 'done', 3))
      expect(attempts).toEqual([1, 2, 3])
      expect(done.failure).toBeNull()
    })

    it('does not try again before the other side wants to be asked', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      let attempts = 0
      const handler = () => {
        attempts++
        return Promise.reject(new RemoteRefusedError('Slower, please.', 429, { retryAfterMs: 3_600_000 }))
      }
      test.work({ 'ingest-video': handler })
      const waiting = await until(() => seen(test.jobs, id, 'waiting', 1))
      expect(waiting.retryAt?.getTime()).toBeGreaterThanOrEqual(waiting.updatedAt.getTime() + 3_600_000)
      test.nowMs += 3_500_000
      await somePolls()
      expect(attempts).toBe(1)
      test.nowMs += 110_000
      await until(() => seen(test.jobs, id, 'waiting', 2))
    })

    it('says when it tries again by itself, as long as it waits for that', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      const retryAt = async () => (await test.jobs.job(id)).retryAt
      expect(await retryAt()).toBeNull()
      const going = Promise.withResolvers<void>()
      test.work({
        'ingest-video': async (_payload, { attempt }) => {
          if (attempt === 1) throw new NoSpaceError('The disk is full.')
          await going.promise
        },
      })
      const waiting = await until(() => seen(test.jobs, id, 'waiting', 1))
      expect(waiting.retryAt?.getTime()).toBeGreaterThan(waiting.updatedAt.getTime())
      await test.jobs.setPriority(id, 3)
      expect(await retryAt()).toEqual(waiting.retryAt)
      await test.jobs.retry(id)
      await until(() => seen(test.jobs, id, 'running', 2))
      expect(await retryAt()).toBeNull()
      going.resolve()
      await until(() => seen(test.jobs, id, 'done', 2))
    })

    it('fails for good after the last attempt, which knows that it is the last', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A, { maxAttempts: 2 })
      const last: boolean[] = []
      test.work({
        'ingest-video': async (_payload, { lastAttempt }) => {
          last.push(lastAttempt)
          throw new Error('Nobody expected this.')
        },
      })
      await until(() => seen(test.jobs, id, 'waiting', 1))
      test.nowMs += 60_000
      const failed = await until(() => seen(test.jobs, id, 'failed', 2))
      expect(failed.failure).toEqual({ code: 'internal', message: 'Nobody expected this.' })
      expect(last).toEqual([false, true])
    })

    it('fails at once on an error that trying again cannot mend', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      test.work({ 'ingest-video': () => Promise.reject(new MediaDamagedError('Cut short.')) })
      const failed = await until(() => seen(test.jobs, id, 'failed', 1))
      expect(failed.failure).toEqual({ code: 'media-damaged', message: 'Cut short.' })
    })

    it('survives a handler that throws before it begins, and whatever it throws', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A, { maxAttempts: 1 })
      const handler = () => {
        throw 'text'
      }
      test.work({ 'ingest-video': handler })
      const failed = await until(() => seen(test.jobs, id, 'failed', 1))
      expect(failed.failure).toEqual({ code: 'internal', message: 'text' })
    })

    it('goes on with other jobs while one waits to be tried again', async () => {
      await using test = await JobTest.open(create)
      const bad = await test.jobs.add('ingest-video', A, { priority: 9 })
      const good = await test.jobs.add('delete-video', A)
      test.work({ 'ingest-video': () => Promise.reject(new Error('no')), 'delete-video': async () => {} })
      await until(() => seen(test.jobs, good.id, 'done', 1))
      expect((await test.jobs.job(bad.id)).state).toBe('waiting')
    })
  })
}

async function seen(jobs: JobQueue, id: JobId, state: string, attempts: number) {
  const job = await jobs.job(id)
  return job.state === state && job.attempts === attempts ? job : false
}

async function somePolls(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 60))
}
