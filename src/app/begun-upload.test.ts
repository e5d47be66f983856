import { beforeEach, describe, expect, it } from 'vitest'
import { memoryCatalog } from '#adapters/memory/memory-catalog.ts'
import { MemoryJobQueue } from '#adapters/memory/memory-job-queue.ts'
import type { VideoId } from '#domain/ids.ts'
import { registerVideo } from '#features/library/register-video.ts'
import type { Core } from './compose.ts'
import { goOnWithUpload } from './begun-upload.ts'

const FILM = { path: '/films/a.mkv' }
const VIDEO = 'video00000000000' as VideoId

let sizes: Map<string, number>
let ports: Pick<Core['ports'], 'catalog' | 'jobs' | 'sources'>
beforeEach(async () => {
  sizes = new Map([
    ['/films/a.mkv', 100],
    ['/films/b.mkv', 100],
  ])
  const sources = { size: async (path: string) => sizes.get(path) ?? null }
  ports = { catalog: memoryCatalog(), jobs: new MemoryJobQueue(), sources } as unknown as typeof ports
  const source = { ...FILM, owned: false, originalFilename: 'a.mkv', createdAt: new Date(0), videoId: VIDEO }
  await registerVideo(source, { ...ports, events: { emit: () => undefined } as unknown as Core['ports']['events'] })
})

describe('the same file again', () => {
  it('is the video that was begun with it, at once if that was put off', async () => {
    const [job] = await ports.jobs.list()
    if (job) await ports.jobs.pause(job.id)
    expect(await goOnWithUpload(FILM, ports)).toBe(VIDEO)
    expect(await ports.jobs.list()).toMatchObject([{ state: 'waiting' }])
  })

  it('is the video of which nothing came', async () => {
    await ports.catalog.updateVideo(VIDEO, {
      state: 'failed',
      failure: { code: 'tool-missing', message: 'No ffmpeg.' },
    })
    expect(await goOnWithUpload(FILM, ports)).toBe(VIDEO)
    expect(await ports.catalog.video(VIDEO)).toMatchObject({ state: 'queued', failure: null })
  })

  it.each(['ready', 'deleting'] as const)('is a new video when the first is %s', async (state) => {
    await ports.catalog.updateVideo(VIDEO, { state })
    expect(await goOnWithUpload(FILM, ports)).toBeNull()
  })

  it('is a new video under another title', async () => {
    expect(await goOnWithUpload({ ...FILM, title: 'Another' }, ports)).toBeNull()
    expect(await goOnWithUpload({ ...FILM, title: ' a ' }, ports)).toBe(VIDEO)
  })

  it('is a new video when its length has changed', async () => {
    sizes.set(FILM.path, 200)
    expect(await goOnWithUpload(FILM, ports)).toBeNull()
  })
})

it('takes no other file for it', async () => {
  expect(await goOnWithUpload({ path: '/films/b.mkv' }, ports)).toBeNull()
})
