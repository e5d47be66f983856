import { describe, expect, it } from 'vitest'
import { JobNotFoundError } from '#domain/errors.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import { type CreateJobQueue, JobTest, until } from './create-job-queue.ts'

const A = { videoId: 'a' as VideoId }
const B = { videoId: 'b' as VideoId }

export function testAddingJobs(name: string, create: CreateJobQueue): void {
  describe(`${name}: adding jobs`, () => {
    it('keeps a new job waiting, and tells of it', async () => {
      await using test = await JobTest.open(create)
      const added = await test.jobs.add('ingest-video', A)
      expect(added).toEqual({
        ...{
          id: added.id,
          name: 'ingest-video',
          payload: A,
          state: 'waiting',
          attempts: 0,
          progress: null,
          failure: null,
          retryAt: null,
          result: null,
          priority: 0,
        },
        ...{ createdAt: new Date(test.nowMs), updatedAt: new Date(test.nowMs) },
      })
      expect(added.id).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
      expect(await test.jobs.job(added.id)).toEqual(added)
      expect(test.events).toEqual([added])
    })

    it('does not know a job that was never added', async () => {
      await using test = await JobTest.open(create)
      const id = 'nobody' as JobId
      await expect(test.jobs.job(id)).rejects.toBeInstanceOf(JobNotFoundError)
      await expect(test.jobs.cancel(id)).rejects.toBeInstanceOf(JobNotFoundError)
      await expect(test.jobs.retry(id)).rejects.toBeInstanceOf(JobNotFoundError)
      expect(await test.jobs.list()).toEqual([])
    })

    it('returns the job that waits or runs under the same key instead of adding another', async () => {
      await using test = await JobTest.open(create)
      const first = await test.jobs.add('ingest-video', A, { dedupeKey: 'key' })
      expect(await test.jobs.add('ingest-video', B, { dedupeKey: 'key' })).toEqual(first)
      const gate = Promise.withResolvers<void>()
      test.work({ 'ingest-video': () => gate.promise })
      await until(async () => (await test.jobs.job(first.id)).state === 'running')
      expect((await test.jobs.add('ingest-video', A, { dedupeKey: 'key' })).id).toBe(first.id)
      gate.resolve()
      await until(async () => (await test.jobs.job(first.id)).state === 'done')
      expect((await test.jobs.add('ingest-video', A, { dedupeKey: 'key' })).id).not.toBe(first.id)
    })

    it('adds one job when many ask at once under one key', async () => {
      await using test = await JobTest.open(create)
      const adding = Array.from({ length: 20 }, () => test.jobs.add('ingest-video', A, { dedupeKey: 'key' }))
      expect(new Set((await Promise.all(adding)).map(({ id }) => id)).size).toBe(1)
      expect(await test.jobs.list()).toHaveLength(1)
    })

    it('keeps the keys of different names apart', async () => {
      await using test = await JobTest.open(create)
      const one = await test.jobs.add('ingest-video', A, { dedupeKey: 'key' })
      const other = await test.jobs.add('delete-video', A, { dedupeKey: 'key' })
      expect(other).toMatchObject({ name: 'delete-video' })
      expect(other.id).not.toBe(one.id)
    })

    it('lists the newest first, by state and by name, as many as are asked for', async () => {
      await using test = await JobTest.open(create)
      const ids = []
      for (const each of ['ingest-video', 'delete-video', 'ingest-video', 'ingest-video'] as const)
        ids.push((await test.jobs.add(each, A)).id)
      const [one, two, three, four] = ids as [JobId, JobId, JobId, JobId]
      await test.jobs.cancel(three)
      const listed = async (filter?: Parameters<typeof test.jobs.list>[0]) =>
        (await test.jobs.list(filter)).map(({ id }) => id)
      expect(await listed()).toEqual([four, three, two, one])
      expect(await listed({ name: 'ingest-video' })).toEqual([four, three, one])
      expect(await listed({ states: ['waiting'] })).toEqual([four, two, one])
      expect(await listed({ states: ['cancelled', 'waiting'], name: 'ingest-video', limit: 2 })).toEqual([four, three])
      expect(await listed({ states: [] })).toEqual([])
      expect(await listed({ states: ['done'] })).toEqual([])
    })
  })
}
