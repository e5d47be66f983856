import { describe, expect, it } from 'vitest'
import { memoryCatalog } from '#adapters/memory/memory-catalog.ts'
import { MemoryJobQueue } from '#adapters/memory/memory-job-queue.ts'
import { type DownloadRequest, FROM_START, NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Core } from './compose.ts'
import { orderDownload } from './order-download.ts'

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

function library() {
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
  return { core: { ports: { jobs, catalog } } as unknown as Core, work, jobs, catalog }
}
