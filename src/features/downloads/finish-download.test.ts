import { describe, expect, it } from 'vitest'
import { MemoryJobQueue } from '#adapters/memory/memory-job-queue.ts'
import { type DownloadRequest, type DownloadResult, FROM_START, NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import { ConflictError, JobNotFoundError, SegmentMissingError } from '#domain/errors.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import type { JobContext } from '#domain/job-queue.ts'
import type { RecordingGlance } from '#domain/recording.ts'
import { finishDownload } from './finish-download.ts'
import { retryDownload } from './retry-download.ts'

const REQUEST: DownloadRequest = {
  ...{ url: 'https://example.test/a.m3u8', target: 'file', choice: PLAIN_CHOICE, identity: NO_IDENTITY },
  ...{ allowGaps: false, live: FROM_START },
}
const GAP = {
  rendition: 'main',
  msn: 4,
  count: 1,
  startSec: 8,
  durationSec: 2,
  why: 'The server does not have it (404).',
}
const RESULT: DownloadResult = {
  ...{ state: 'gaps', kind: 'hls', title: 'A film', byteLength: 9, sha256: null, videoId: null, path: '/film.ts' },
  ...{ gaps: [GAP], notes: [], entries: [] },
}
const RECORDED: RecordingGlance = {
  head: { title: 'A film', url: REQUEST.url, live: false, renditions: [], targetDurationSec: 2, durationSec: 20 },
  hasMedia: true,
}

describe('finishing a download', () => {
  it('that failed begins it again with what there is', async () => {
    await using lab = await openLab({ recorded: RECORDED, run: () => Promise.reject(new SegmentMissingError('4')) })
    await lab.reaches('failed')
    lab.run = async (_, { finishing }) => (finishing.aborted ? RESULT : Promise.reject(new SegmentMissingError('4')))
    await finishDownload(lab.id, lab)
    await lab.reaches('done')
  })

  it.each([
    ['nothing is there', null],
    ['there are gaps only', { ...RECORDED, hasMedia: false }],
  ])('that stands still is refused in words when %s, and stays as it is', async (_, recorded) => {
    await using lab = await openLab({ recorded, run: () => Promise.reject(new SegmentMissingError('4')) })
    await lab.reaches('failed')
    await expect(finishDownload(lab.id, lab)).rejects.toMatchObject({ code: 'conflict', fix: expect.any(String) })
    expect((await lab.jobs.job(lab.id)).state).toBe('failed')
    await expect(finishDownload('nobody' as JobId, lab)).rejects.toBeInstanceOf(JobNotFoundError)
  })

  it('that runs needs nothing to be there', async () => {
    const until = ({ finishing }: JobContext) =>
      new Promise<DownloadResult>((resolve) => finishing.addEventListener('abort', () => resolve(RESULT)))
    await using lab = await openLab({ recorded: null, run: (_, context) => until(context) })
    await lab.reaches('running')
    await finishDownload(lab.id, lab)
    await lab.reaches('done')
  })
})

describe('trying a download again', () => {
  it('goes on with the same job, with gaps allowed when that is said', async () => {
    const fails = new SegmentMissingError('4')
    const run: Run = ({ allowGaps }) => (allowGaps ? Promise.resolve(RESULT) : Promise.reject(fails))
    await using lab = await openLab({ recorded: RECORDED, run })
    await lab.reaches('failed')
    await retryDownload(lab.id, {}, lab)
    await lab.reaches('failed')
    await retryDownload(lab.id, { allowGaps: true }, lab)
    await lab.reaches('done')
    expect(await lab.jobs.list()).toHaveLength(1)
  })

  it('changes nothing in one that runs, and says so', async () => {
    const run: Run = (_request, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    await using lab = await openLab({ recorded: RECORDED, run })
    await lab.reaches('running')
    await expect(retryDownload(lab.id, { allowGaps: true }, lab)).rejects.toThrow(ConflictError)
  })

  it('begins one again that ended with gaps, while its recording is there', async () => {
    await using lab = await openLab({ recorded: RECORDED, run: async () => RESULT })
    await lab.reaches('done')
    lab.run = async () => ({ ...RESULT, state: 'complete', gaps: [] })
    await retryDownload(lab.id, {}, lab)
    await lab.reaches('done')
    expect((await lab.jobs.job(lab.id)).result).toMatchObject({ state: 'complete' })
  })

  it.each<[string, Partial<DownloadResult>, RecordingGlance | null]>([
    ['nothing is missing', { state: 'complete', gaps: [] }, RECORDED],
    ['it became a video', { videoId: 'film' as VideoId, path: null }, RECORDED],
    ['the recording is gone', {}, null],
    ['it was live', {}, { ...RECORDED, head: { ...RECORDED.head, live: true } }],
  ])('is refused in words, and what it gave stays, when %s', async (_, result, recorded) => {
    await using lab = await openLab({ recorded, run: async () => ({ ...RESULT, ...result }) })
    await lab.reaches('done')
    const failure = await retryDownload(lab.id, { allowGaps: true }, lab).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ConflictError)
    expect(failure).toMatchObject({ why: expect.any(String) })
    expect(await lab.jobs.job(lab.id)).toMatchObject({ state: 'done', result: { ...RESULT, ...result } })
  })
})

type Run = (request: DownloadRequest, context: JobContext) => Promise<DownloadResult>

/** A queue with one download in it, which does what it is told. */
async function openLab({ recorded, run }: { readonly recorded: RecordingGlance | null; readonly run: Run }) {
  const jobs = new MemoryJobQueue()
  const stop = new AbortController()
  const lab = {
    jobs,
    run,
    recordings: { peek: async () => recorded },
    id: (await jobs.add('download', { request: REQUEST })).id,
    async reaches(state: string) {
      while ((await jobs.job(lab.id)).state !== state) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await working
    },
  }
  const handler = ({ request }: { readonly request: DownloadRequest }, context: JobContext) => lab.run(request, context)
  const working = jobs.work({ download: handler }, { concurrency: 1, signal: stop.signal })
  return lab
}
