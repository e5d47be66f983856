import { expect, it } from 'vitest'
import { memoryCatalog } from '#adapters/memory/memory-catalog.ts'
import { MemoryJobQueue } from '#adapters/memory/memory-job-queue.ts'
import { type DownloadRequest, FROM_START, NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import type { Job, JobState } from '#domain/job-queue.ts'
import { FILM, newVideo } from '#test/contracts/catalog-samples.ts'
import { goOnWithRecording } from './settle-download.ts'

const REQUEST: DownloadRequest = {
  ...{ url: 'https://example.org/a.m3u8', choice: PLAIN_CHOICE, identity: NO_IDENTITY, live: FROM_START },
  target: 'library',
  allowGaps: false,
}

/** A library whose video is filled by a download in that state. */
async function libraryWith(state: JobState) {
  const [catalog, queue] = [memoryCatalog(), new MemoryJobQueue()]
  const { id } = await queue.add('download', { request: REQUEST })
  const job = queue.job.bind(queue)
  queue.job = async (asked) => ({ ...(await job(asked)), ...(asked === id && { state }) }) as Job
  await catalog.addVideo({ ...newVideo(FILM), source: { path: `/data/downloads/${id}`, owned: true } })
  return { catalog, jobs: queue, events: { emit: () => {} } }
}

it.each([
  ['running', 1],
  ['done', 1],
  ['waiting', 0],
  ['paused', 0],
  ['failed', 0],
] as const)('An ingest that let go late begins again when its download is %s: %d', async (state, count) => {
  const ports = await libraryWith(state)
  await goOnWithRecording(FILM, ports)
  expect(await ports.jobs.list({ name: 'ingest-recording' })).toHaveLength(count)
})

it('A video that is ready, failed or gone is not made again', async () => {
  for (const change of ['ready', 'failed', 'deleting'] as const) {
    const ports = await libraryWith('done')
    await ports.catalog.updateVideo(FILM, { state: change })
    await goOnWithRecording(FILM, ports)
    expect(await ports.jobs.list({ name: 'ingest-recording' }), change).toEqual([])
  }
})
