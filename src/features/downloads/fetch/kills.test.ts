import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { DiskRecordings } from '#adapters/disk/disk-recordings.ts'
import { type FetchLab, openFetchLab } from '#test/support/fetch-lab.ts'
import { plainFile } from '#test/support/origin/streams/plain-file.ts'
import { syntheticStream } from '#test/support/origin/streams/synthetic.ts'

const PROGRAM = fileURLToPath(new URL('../../../../test/support/download-until-killed.ts', import.meta.url))
const SEGMENT = /\/segment-\d+\.ts$/

describe('downloads that are killed', () => {
  it('give the exact bytes of a stream in the end, and fetch no segment again that was safe', async () => {
    await using lab = await openFetchLab()
    lab.origin.network.latencyMs = 15
    const { url, renditions } = syntheticStream(lab.origin, { segments: 120, segmentBytes: 90_000 })
    let kills = 0
    for (let round = 0; ; round++) {
      const safe = await safeSegments(lab)
      lab.origin.journal.clear()
      const ended = await run(lab, 'stream', url, 30 + ((round * 67) % 230))
      const asked = lab.origin.journal.of(SEGMENT).map(({ path }) => path)
      expect(asked.filter((path) => safe.has(path))).toEqual([])
      if (ended) break
      kills++
    }
    expect(kills).toBeGreaterThan(2)
    expect(await sha256(join(lab.folder, 'download.joined'))).toBe(renditions.main.sha256)
  }, 60_000)

  it('give the exact bytes of a file in the end', async () => {
    await using lab = await openFetchLab()
    lab.origin.network.bytesPerSec = 8_000_000
    const truth = plainFile(lab.origin, { path: '/film.mp4', content: 25_000_000 })
    let kills = 0
    while (!(await run(lab, 'file', truth.url, 100 + ((kills * 97) % 300)))) kills++
    expect(kills).toBeGreaterThan(0)
    expect(await sha256(join(lab.folder, 'film'))).toBe(truth.sha256)
    await rm(join(lab.folder, 'film'))
  }, 60_000)
})

/** By their path; what the journal says now. */
async function safeSegments(lab: FetchLab): Promise<ReadonlySet<string>> {
  await using recording = await new DiskRecordings(lab.folder).open('download')
  const paths = (recording.segments.get('main') ?? []).map(({ uriPath }) => new URL(uriPath, lab.origin.url).pathname)
  return new Set(paths)
}

/** Kills it so long after its first request for a part. True when it came to its end before. */
async function run(lab: FetchLab, what: string, url: string, afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [PROGRAM, what, lab.folder, url], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (text) => {
    said += text
  })
  const before = lab.origin.requests.length
  let killer: NodeJS.Timeout | undefined
  const watcher = setInterval(() => {
    if (lab.origin.requests.length < before + 2 || killer) return
    killer = setTimeout(() => child.kill('SIGKILL'), afterMs)
  }, 5)
  await new Promise((resolve) => child.once('close', resolve))
  clearInterval(watcher)
  clearTimeout(killer)
  return said.includes('done')
}

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}
