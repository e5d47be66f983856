import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import { runTelereel } from '../support/run-telereel.ts'
import { leftovers, readStored } from '../support/stored-bytes.ts'

const VIDEO = 'crashtest0000001' as VideoId
const CHILD = fileURLToPath(new URL('../support/ingest-until-killed.ts', import.meta.url))

let folder: string
let film: string
let whole: Awaited<ReturnType<typeof readStored>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-crash-'))
  film = join(folder, 'film.mkv')
  makeFilm(film)
  const dataDir = join(folder, 'whole')
  expect(ingest(dataDir, 0).done).toBe(true)
  whole = await readStored(dataDir, VIDEO)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('an ingest whose process is killed', () => {
  it('goes on by itself from every step, loses no byte and leaves nothing behind', async () => {
    let step = 1
    for (; ; step++) {
      const dataDir = join(folder, `step-${step}`)
      const first = ingest(dataDir, step)
      if (first.done) break
      expect(first.signal).toBe('SIGKILL')
      const again = ingest(dataDir, 0)
      expect(again.done, `after a kill at step ${step}: ${again.said}`).toBe(true)
      await expectSameAsWhole(dataDir)
      await rm(dataDir, { recursive: true, force: true })
    }
    // Fewer steps than this would mean that the labels are no longer reached.
    expect(step).toBeGreaterThan(20)
  }, 600_000)
})

async function expectSameAsWhole(dataDir: string): Promise<void> {
  const stored = await readStored(dataDir, VIDEO)
  expect(stored.record.video.state).toBe('ready')
  expect(stored.strays).toEqual([])
  expect(await leftovers(dataDir)).toEqual([])
  expect([...stored.segments.keys()]).toEqual([...whole.segments.keys()])
  const copied = new Set(stored.record.tracks.filter(({ action }) => action === 'copy').map(({ name }) => name))
  for (const [segment, sha256] of stored.segments) {
    if (copied.has(segment.split(' ')[0] ?? '')) expect(sha256, segment).toBe(whole.segments.get(segment))
  }
  const names = (record: typeof whole.record) => record.attachments.map(({ name }) => name).sort()
  expect(names(stored.record)).toEqual(names(whole.record))
  const verified = await runTelereel(['verify', '--json'], { dataDir })
  expect(verified.code, verified.stdout).toBe(0)
}

function ingest(dataDir: string, killAt: number): { done: boolean; signal: string | null; said: string } {
  const args = ['--disable-warning=ExperimentalWarning', CHILD, dataDir, film, String(killAt)]
  const { stdout, stderr, signal } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
  return { done: stdout.includes('done'), signal, said: stderr }
}

/** Copied and encoded tracks, subtitles, several packs of 1 MiB. */
function makeFilm(path: string): void {
  const sources = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=640x360:r=24,noise=alls=20:allf=t',
    '-f',
    'lavfi',
    '-i',
    'sine=f=440',
  ]
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '1500k', '-g', '48', '-c:a', 'ac3', '-c:s', 'srt']
  writeFileSync(`${path}.srt`, '1\n00:00:01,000 --> 00:00:03,000\nHello\n')
  const subtitle = ['-i', `${path}.srt`]
  const args = ['-v', 'error', ...sources, ...subtitle, '-t', '16', ...codecs, '-y', path]
  const { status, stderr } = spawnSync('ffmpeg', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
