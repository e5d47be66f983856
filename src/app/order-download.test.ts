import { describe, expect, it } from 'vitest'
import { memoryCatalog } from '#adapters/memory/memory-catalog.ts'
import { MemoryJobQueue } from '#adapters/memory/memory-job-queue.ts'
import { type DownloadRequest, FROM_START, NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import { ConflictError, NotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Core } from './compose.ts'
import { finishOrdered, orderDownload } from './order-download.ts'

const FILM: DownloadRequest = {
  ...{ url: 'https://example.com/1', target: 'library', choice: PLAIN_CHOICE },
  ...{ identity: NO_IDENTITY, allowGaps: false, live: FROM_START },
}
const VIDEO = 'video00000000000' as VideoId

describe('orderDownload', () => {
  it('finds the entry that a list ordered, also when it is done already, while its video is there', async () => {
    const { core, work, jobs, catalog } = library()
    const entry = { ...FILM, ofList: true } as const
    const first = await orderDownload(entry, core)
    expect(await orderDownload(entry, core)).toBe(first)
    await work()
    expect((await jobs.job(first)).state).toBe('done')
    expect(await orderDownload(entry, core)).toBe(first)
    await catalog.updateVideo(VIDEO, { state: 'deleting' })
    expect(await orderDownload(entry, core)).not.toBe(first)
  })

  it('downloads anew what a person asks for again', async () => {
    const { core, work } = library()
    const first = await orderDownload(FILM, core)
    await work()
    expect(await orderDownload(FILM, core)).not.toBe(first)
  })
})

describe('the same address with gaps allowed', () => {
  it('goes on with the download that was begun without', async () => {
    const { core, jobs } = library()
    const first = await orderDownload(FILM, core)
    await jobs.pause(first)
    expect(await orderDownload({ ...FILM, allowGaps: true }, core)).toBe(first)
    expect(await jobs.job(first)).toMatchObject({ state: 'waiting', payload: { request: { allowGaps: true } } })
  })
})

describe('finishOrdered', () => {
  it('ends what was ordered so, and no other', async () => {
    const { core, jobs } = library({ hasMedia: true })
    const [film, other] = [await orderDownload(FILM, core), await orderDownload({ ...FILM, title: 'x' }, core)]
    for (const id of [film, other]) await jobs.pause(id)
    expect(await finishOrdered({ ...FILM, allowGaps: true }, core)).toBe(film)
    expect([(await jobs.job(film)).state, (await jobs.job(other)).state]).toEqual(['waiting', 'paused'])
  })

  it('says so when there is none, or nothing of it', async () => {
    const { core } = library({ hasMedia: false })
    await expect(finishOrdered(FILM, core)).rejects.toBeInstanceOf(NotFoundError)
    await orderDownload(FILM, core)
    await expect(finishOrdered(FILM, core)).rejects.toBeInstanceOf(ConflictError)
  })
})

function library({ hasMedia = false } = {}) {
  const recordings = { peek: async () => ({ hasMedia }) }
  const jobs = new MemoryJobQueue()
  const catalog = memoryCatalog()
  const work = async () => {
    const stop = new AbortController()
    const download = async () => {
      const createdAt = new Date()
      await catalog.addVideo({
        id: VIDEO,
        title: 'Film',
        originalFilename: 'f',
        byteLength: 1,
        source: { path: 'f', owned: true },
        createdAt,
      })
      setTimeout(() => stop.abort(), 50)
      const nothing = { sha256: null, path: null, gaps: [], notes: [], entries: [] }
      return { state: 'complete', kind: 'hls', title: 'Film', byteLength: 1, videoId: VIDEO, ...nothing } as const
    }
    await jobs.work({ download }, { concurrency: 1, signal: stop.signal })
  }
  return { core: { ports: { jobs, catalog, recordings } } as unknown as Core, work, jobs, catalog }
}
