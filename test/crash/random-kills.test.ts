import { setTimeout as sleep } from 'node:timers/promises'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { runTelereel } from '../support/run-telereel.ts'
import { makeDataDir, startServer } from '../support/start-server.ts'
import { leftovers, readStored } from '../support/stored-bytes.ts'
import { uploadByCli } from '../support/upload-by-cli.ts'

const KILLS = Number(process.env.KILLS ?? 100)
const FILMS = ['mkv-ac3-dts-subtitles', 'mp4-moov-last', 'ts-mpeg2-mp2', 'mp4-huge-gops'] as const
/** Longer than any of these films takes: some kills come when all is done. */
const LATEST_KILL_MS = 2500
const ENV = { MAX_CHUNK_SIZE: '1048576' }

const dataDirs: string[] = []
const whole = new Map<string, Awaited<ReturnType<typeof readStored>>>()

beforeAll(async () => {
  for (const name of FILMS) {
    const dataDir = await freshFolder()
    const { videoId, code, stderr } = await uploadByCli({ dataDir }, await mediaFile(name), ENV)
    expect(code, stderr).toBe(0)
    whole.set(name, await readStored(dataDir, videoId as VideoId))
  }
})
afterAll(async () => {
  for (const dataDir of dataDirs) await rm(dataDir, { recursive: true, force: true })
})

describe(`a server that is killed ${KILLS} times at random moments`, () => {
  it('goes on by itself every time, loses no byte and leaves nothing behind', async () => {
    for (let kills = 0; kills < KILLS; ) {
      const name = FILMS[kills % FILMS.length] as (typeof FILMS)[number]
      const dataDir = await freshFolder()
      let videoId = ''
      // Several kills of one ingest: what a crash left must itself survive a crash.
      for (let times = 1 + (kills % 3); times > 0; times--, kills++) {
        const server = await startServer({ dataDir, env: ENV })
        videoId ||= await server.api.upload(await mediaFile(name))
        await sleep(Math.random() * LATEST_KILL_MS)
        await server.kill9()
      }
      await expectWhole(name, dataDir, videoId as VideoId)
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})

async function expectWhole(name: string, dataDir: string, videoId: VideoId): Promise<void> {
  const server = await startServer({ dataDir, env: ENV })
  await server.api.waitReady(videoId)
  expect(await server.stop()).toBe(0)
  const before = whole.get(name)
  const stored = await readStored(dataDir, videoId)
  expect(stored.strays).toEqual([])
  expect(await leftovers(dataDir)).toEqual([])
  expect([...stored.segments.keys()]).toEqual([...(before?.segments.keys() ?? [])])
  const copied = new Set(stored.record.tracks.filter(({ action }) => action === 'copy').map((track) => track.name))
  for (const [segment, sha256] of stored.segments) {
    if (copied.has(segment.split(' ')[0] ?? '')) expect(sha256, segment).toBe(before?.segments.get(segment))
  }
  const verified = await runTelereel(['verify', '--json'], { dataDir })
  expect(verified.code, verified.stdout).toBe(0)
}

async function freshFolder(): Promise<string> {
  const dataDir = await makeDataDir()
  dataDirs.push(dataDir)
  return dataDir
}
