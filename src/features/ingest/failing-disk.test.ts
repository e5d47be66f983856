import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failNthDiskCall } from '#test/support/disk-faults.ts'
import { expectWhole, type Lab, openLab, VIDEO } from './ingest-lab.test-support.ts'

const FILM = { sizes: [[9000, 9000, 500]], pieceBytes: 8000 }

let folder: string
const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-failing-disk-'))
  process.on('unhandledRejection', note)
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  await rm(folder, { recursive: true, force: true })
})

describe('an ingest whose disk fails once', () => {
  it('at whichever call: ends with that error or not at all, and the next attempt stores every byte', async () => {
    for (let nth = 1; ; nth++) {
      await using lab = await openLab(FILM, folder)
      const { struck, failure } = await ingestWith(lab, nth % 2 === 0 ? 'EIO' : 'ENOSPC', nth)
      if (!struck) {
        // Fewer calls than this would mean that they are no longer counted.
        expect(nth).toBeGreaterThan(25)
        break
      }
      expect(await openFilesIn(lab.folder), `after call ${nth}`).toEqual([])
      if (failure !== null) {
        expect(String(failure), `call ${nth}`).toMatch(/EIO|ENOSPC|full/)
        await lab.reopen()
        await lab.ingest()
      }
      await expectWhole(lab)
    }
    expect(unhandled).toEqual([])
  }, 60_000)

  it('when it makes a pack safe: those bytes are not believed, but cut again', async () => {
    await using lab = await openLab(FILM, folder)
    using faults = await failNthDiskCall({ code: 'EIO', nth: 1, methods: ['datasync'] })
    await expect(lab.ingest()).rejects.toThrow('EIO')
    expect(faults.struck).toBe(true)
    // The pack that was to be stored.
    expect(await readdir(join(lab.folder, 'work', VIDEO))).not.toContain('000000.pack')
    await lab.reopen()
    await lab.ingest()
    await expectWhole(lab)
  })
})

async function ingestWith(lab: Lab, code: 'EIO' | 'ENOSPC', nth: number) {
  using faults = await failNthDiskCall({ code, nth })
  const failure: Error | null = await lab.ingest().then(
    () => null,
    (error: Error) => error,
  )
  return { struck: faults.struck, failure }
}

/** But for the catalog's. */
async function openFilesIn(where: string): Promise<string[]> {
  if (process.platform !== 'linux') return []
  const links = await readdir('/proc/self/fd')
  const paths = await Promise.all(links.map((link) => readlink(`/proc/self/fd/${link}`).catch(() => '')))
  return paths.filter((path) => path.startsWith(where) && !path.includes('catalog.db'))
}
