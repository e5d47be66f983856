import { createHash } from 'node:crypto'
import { readdir, readFile, readlink, rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failNthDiskCall } from '#test/support/disk-faults.ts'
import { type FetchLab, openFetchLab } from '#test/support/fetch-lab.ts'
import { plainFile } from '#test/support/origin/streams/plain-file.ts'
import { syntheticStream } from '#test/support/origin/streams/synthetic.ts'
import { run } from './run-download.test-support.ts'

const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => void process.off('unhandledRejection', note))

const WHAT = {
  'a stream': (lab: FetchLab) => {
    const { url, renditions } = syntheticStream(lab.origin, { segments: 2, segmentBytes: 5000 })
    return { url, sha256: renditions.main.sha256, leastCalls: 20 }
  },
  'a file': (lab: FetchLab) => {
    const { url, sha256 } = plainFile(lab.origin, { path: '/film.mp4', content: 100_000 })
    return { url, sha256, leastCalls: 8 }
  },
}

describe('a download whose disk fails once', () => {
  it.each(Object.entries(WHAT))(
    'at whichever call: ends with that error or the exact bytes, and the next attempt with those: %s',
    async (_, put) => {
      await using lab = await openFetchLab()
      const { url, sha256, leastCalls } = put(lab)
      for (let nth = 1; ; nth++) {
        const id = `try-${nth}`
        const { struck, failure } = await runWith(lab, url, id, nth)
        if (!struck) {
          // Fewer calls than this would mean that they are no longer counted.
          expect(nth).toBeGreaterThan(leastCalls)
          break
        }
        if (failure !== null) expect(String(failure), `call ${nth}`).toMatch(/EIO|ENOSPC|full/)
        await expect.poll(() => openFilesIn(lab.folder)).toEqual([])
        const { path, sha256: told } = await run(lab, url, id)
        expect([nth, told, await sha256Of(path ?? '')]).toEqual([nth, sha256, sha256])
        for (const name of await readdir(lab.folder)) await rm(`${lab.folder}/${name}`, { recursive: true })
      }
      expect(unhandled).toEqual([])
    },
    60_000,
  )
})

async function runWith(lab: FetchLab, url: string, id: string, nth: number) {
  using faults = await failNthDiskCall({ code: nth % 2 === 0 ? 'EIO' : 'ENOSPC', nth })
  const failure: Error | null = await run(lab, url, id).then(
    () => null,
    (error: Error) => error,
  )
  return { struck: faults.struck, failure }
}

async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

async function openFilesIn(where: string): Promise<string[]> {
  if (process.platform !== 'linux') return []
  const links = await readdir('/proc/self/fd')
  const paths = await Promise.all(links.map((link) => readlink(`/proc/self/fd/${link}`).catch(() => '')))
  return paths.filter((path) => path.startsWith(where))
}
