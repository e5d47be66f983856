import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downloadUntilDone } from '../support/download-until-done.ts'
import { startOrigin } from '../support/origin/start-origin.ts'
import { encryptedMap } from '../support/origin/streams/encrypted.ts'
import { plainFile } from '../support/origin/streams/plain-file.ts'
import { recordedMedia } from '../support/origin/recorded-media.ts'
import { syntheticStream } from '../support/origin/streams/synthetic.ts'

const KILLS = Number(process.env.KILLS ?? 50)
/** 60 MB: some three seconds at this rate, with the start of the program. */
const SEGMENTS = { segments: 100, segmentBytes: 600_000 }
const NETWORK = { latencyMs: 30, bytesPerSec: 4_000_000 }
const CONNECTIONS = 8

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-download-kills-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe(`a download that is killed ${KILLS} times at random moments`, () => {
  it('gives the exact bytes every time, and fetches again only what was in flight', async () => {
    let most = 0
    for (let kills = 0; kills < KILLS; ) {
      await using origin = await startOrigin(NETWORK)
      const { url, renditions } = syntheticStream(origin, SEGMENTS)
      const dataDir = join(folder, `kills-${kills}`)
      await mkdir(dataDir)
      const times = Math.min(1 + (kills % 4), KILLS - kills)
      const done = await downloadUntilDone(origin, url, {
        ...{ dataDir, output: join(dataDir, 'film.ts'), kills: times, latestKillMs: 3000 },
        args: ['--container', 'original', '--connections', String(CONNECTIONS)],
      })
      kills += times
      expect(done.last.code, done.last.stderr).toBe(0)
      expect(done.last.sha256).toBe(renditions.main.sha256)
      expect(await readdir(dataDir)).toEqual(['film.ts'])
      // Of each connection the segment on its way, and one that lay there but was not in the journal yet.
      for (const again of done.fetchedAgain) expect(again).toBeLessThanOrEqual(2 * CONNECTIONS)
      most = Math.max(most, ...done.fetchedAgain)
      await rm(dataDir, { recursive: true, force: true })
    }
    process.stderr.write(`${KILLS} kills: at most ${most} segments were fetched again after one\n`)
  })

  it('gives the exact bytes of an encrypted stream with an init section', async () => {
    for (let kills = 0; kills < Math.ceil(KILLS / 5); kills++) {
      await using origin = await startOrigin({ latencyMs: 100, bytesPerSec: 100_000 })
      const { url, renditions } = await encryptedMap(origin, 'encrypted')
      const dataDir = join(folder, `encrypted-${kills}`)
      await mkdir(dataDir)
      const output = join(dataDir, 'film.mp4')
      const args = ['--container', 'original']
      const done = await downloadUntilDone(origin, url, { dataDir, output, kills: 1, latestKillMs: 2000, args })
      expect(done.last.sha256, done.last.stderr).toBe(renditions.main.sha256)
      await rm(dataDir, { recursive: true, force: true })
    }
  })

  it.each([
    ['that gives ranges', { ranges: true }],
    ['that gives none', { ranges: false }],
  ])('gives the exact bytes of a plain file from a server %s', async (_name, { ranges }) => {
    const { init, pieces } = await recordedMedia('fmp4')
    const content = Buffer.concat([
      init ?? Buffer.alloc(0),
      ...Array(20)
        .fill(pieces.map(({ bytes }) => bytes))
        .flat(),
    ])
    for (let kills = 0; kills < Math.ceil(KILLS / 5); kills++) {
      await using origin = await startOrigin({ latencyMs: 20, bytesPerSec: 4_000_000 })
      const file = plainFile(origin, { path: '/film.mp4', content, ranges })
      const dataDir = join(folder, `file-${ranges}-${kills}`)
      await mkdir(dataDir)
      const output = join(dataDir, 'film.mp4')
      const done = await downloadUntilDone(origin, file.url, { dataDir, output, kills: 2, latestKillMs: 2000 })
      expect(done.last.sha256, done.last.stderr).toBe(file.sha256)
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})
