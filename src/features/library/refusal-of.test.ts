import { expect, it } from 'vitest'
import { memoryCatalog } from '#adapters/memory/memory-catalog.ts'
import { MemoryJobQueue } from '#adapters/memory/memory-job-queue.ts'
import { FROM_START, NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import { RemoteUnreachableError } from '#domain/errors.ts'
import { jobFailureOf } from '#domain/job-failure.ts'
import type { Job } from '#domain/job-queue.ts'
import { FILM, newVideo, STATISTICS } from '#test/contracts/catalog-samples.ts'
import { refusalOf } from './refusal-of.ts'
import { settleDownload } from './settle-download.ts'

const FAILURE = { code: 'media-damaged', message: 'Cannot be read.', why: 'It is noise.', fix: 'Get it again.' }

async function library() {
  const catalog = memoryCatalog()
  await catalog.addVideo(newVideo(FILM))
  return catalog
}

it('A video takes more of its recording while it is made, and while nobody knows of it', async () => {
  const catalog = await library()
  expect(await refusalOf(FILM, catalog)).toBeNull()
  await catalog.updateVideo(FILM, { state: 'ingesting' })
  expect(await refusalOf(FILM, catalog)).toBeNull()
  await catalog.removeVideo(FILM)
  expect(await refusalOf(FILM, catalog)).toBeNull()
})

it('A video that failed takes nothing more, and says so in the words of its ingest', async () => {
  const catalog = await library()
  await catalog.updateVideo(FILM, { state: 'failed', failure: FAILURE })
  expect(await refusalOf(FILM, catalog)).toMatchObject({ ...FAILURE, retry: 'never' })
})

it('A video that was made of what could be read takes nothing more, and says why', async () => {
  const catalog = await library()
  await catalog.updateVideo(FILM, { notes: ['The stream cannot be cut any further.'] })
  await catalog.publish(FILM, { durationSec: 12, statistics: STATISTICS })
  expect(await refusalOf(FILM, catalog)).toMatchObject({ why: 'The stream cannot be cut any further.' })
})

it('What a video failed for is not told again in the words of its download; what the download failed for is', async () => {
  const ports = { catalog: await library(), jobs: new MemoryJobQueue(), events: { emit: () => {} } }
  const settled = async (error: unknown) => {
    const request = { url: 'https://example.org/a.m3u8', choice: PLAIN_CHOICE, identity: NO_IDENTITY, live: FROM_START }
    const job = await ports.jobs.add('download', { request: { ...request, target: 'library', allowGaps: false } })
    await ports.jobs.cancel(job.id)
    await ports.jobs.remove(job.id)
    const failed: Job = { ...job, state: 'failed', failure: jobFailureOf(error) }
    await settleDownload(failed, FILM, ports)
    return (await ports.catalog.video(FILM)).failure
  }
  await ports.catalog.updateVideo(FILM, { state: 'failed', failure: FAILURE })
  expect(await settled(await refusalOf(FILM, ports.catalog))).toEqual(FAILURE)
  expect(await settled(new RemoteUnreachableError('No connection.'))).toMatchObject({ message: 'No connection.' })
})
