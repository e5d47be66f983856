import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { DiskSourceFiles } from '#adapters/disk/disk-source-files.ts'
import { memoryCatalog } from '#adapters/memory/memory-catalog.ts'
import { MemoryJobQueue } from '#adapters/memory/memory-job-queue.ts'
import type { JobId } from '#domain/ids.ts'
import type { Core } from './compose.ts'
import { downloadLibrary } from './download-library.ts'

it('A file whose adoption broke off before its ingest was ordered is not forgotten', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-adopt-'))
  try {
    const path = join(folder, 'result', 'film.mp4')
    await mkdir(join(folder, 'result'))
    await writeFile(path, 'a film')
    const jobs = new MemoryJobQueue()
    const catalog = memoryCatalog()
    const ports = {
      catalog,
      jobs,
      sources: new DiskSourceFiles(),
      events: { emit: () => {}, subscribe: () => () => {} },
    }
    const broken = { ...ports, jobs: { add: () => Promise.reject(new Error('The database is busy.')) } }
    const downloadId = 'a' as JobId
    const source = { downloadId, path, title: 'Film' }
    await expect(libraryOf(broken).adoptFile(source)).rejects.toThrow('busy')
    const completed = await libraryOf(ports).completed(downloadId)
    expect(completed).toMatchObject({ kind: 'file', title: 'Film', byteLength: 6 })
    expect(await jobs.list()).toMatchObject([{ name: 'ingest-video', payload: { videoId: completed?.videoId } }])
    expect(await libraryOf(ports).completed(downloadId)).toEqual(completed)
    expect(await jobs.list()).toHaveLength(1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

function libraryOf(ports: object) {
  return downloadLibrary({ ports: ports as Core['ports'] })
}
