import { describe, expect, it } from 'vitest'
import { NoSpaceError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import { type CreateJobQueue, JobTest, until } from './create-job-queue.ts'

const HOUR_MS = 3_600_000
const TEN_YEARS_MS = 10 * 365 * 24 * HOUR_MS
const A = { videoId: 'a' as VideoId }

export function testJobsAndTheClock(name: string, create: CreateJobQueue): void {
  describe(`${name}: a clock that jumps`, () => {
    it.each([
      ['an hour back', -HOUR_MS],
      ['ten years back', -TEN_YEARS_MS],
      ['ten years on', TEN_YEARS_MS],
    ])('%s keeps no job waiting that was added or put back before', async (_, jumpMs) => {
      await using test = await JobTest.open(create)
      const added = await test.jobs.add('ingest-video', A)
      const paused = await test.jobs.add('delete-video', A)
      await test.jobs.pause(paused.id)
      await test.jobs.retry(paused.id)
      test.nowMs += jumpMs
      test.work({ 'ingest-video': async () => {}, 'delete-video': async () => {} })
      for (const { id } of [added, paused]) await until(async () => (await test.jobs.job(id)).state === 'done')
    })

    it('ten years back does not make a failed job wait for ten years', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      test.work({
        'ingest-video': async (_payload, { attempt }) => {
          if (attempt === 1) throw new NoSpaceError('The disk is full.')
        },
      })
      await until(async () => (await test.jobs.job(id)).failure !== null)
      test.nowMs -= TEN_YEARS_MS
      await until(async () => (await test.jobs.job(id)).state === 'done')
    })

    it('an hour back makes a failed job wait no less than it should', async () => {
      await using test = await JobTest.open(create)
      const { id } = await test.jobs.add('ingest-video', A)
      const attemptsAtMs: number[] = []
      test.work({
        'ingest-video': async () => {
          attemptsAtMs.push(test.nowMs)
          if (attemptsAtMs.length === 1) throw new NoSpaceError('The disk is full.')
        },
      })
      await until(async () => (await test.jobs.job(id)).failure !== null)
      test.nowMs -= HOUR_MS
      await new Promise((resolve) => setTimeout(resolve, 60))
      expect(attemptsAtMs).toHaveLength(1)
      test.nowMs += HOUR_MS + 60_000
      await until(async () => (await test.jobs.job(id)).state === 'done')
    })
  })
}
