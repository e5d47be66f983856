import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeDataDir, startServer } from '#test/support/start-server.ts'
import type { Measuring } from './bench.ts'
import { clear } from './clear.ts'
import { compared } from './figure.ts'
import { WORK, webFilm } from './films.ts'
import { load } from './load.ts'
import { startNginx } from './nginx.ts'
import { bodyOf, segmentPaths } from './served-film.ts'
import { startEmulator } from './telegram-emulator.ts'
import { timedUpload } from './timed-upload.ts'

const ROUNDS = 3
const FILES = `${WORK}/telegram-files`
const ALLOWED = { memory: 2, disk: 4.5 }
const CONNECTIONS = [50, 200]

/** Segments that were read from Telegram once, beside nginx with the same bytes in files. */
export async function measureWarm({ quietness, add }: Measuring): Promise<void> {
  await clear(FILES)
  await mkdir(FILES, { recursive: true })
  await using emulator = await startEmulator(1, { latencyMs: 0, bytesPerSec: 1e9 }, 'none')
  await using nginx = await startNginx(FILES)
  const dataDir = await makeDataDir()
  const { videoId } = await timedUpload(await webFilm(), dataDir, emulator.env)
  for (const kind of ['memory', 'disk'] as const) {
    await using server = await startServer({ dataDir, env: { ...emulator.env, CACHE_TYPE: kind } })
    const [, ...paths] = await segmentPaths(server, videoId, 'v0')
    for (const path of paths) {
      await mkdir(dirname(FILES + path), { recursive: true })
      await writeFile(FILES + path, await bodyOf(server.url + path))
    }
    await emulator.clearJournal()
    for (const connections of CONNECTIONS) {
      const [ours, limit] = [[] as number[], [] as number[]]
      for (let round = 0; round < ROUNDS; round++) {
        await quietness.look()
        ours.push((await load({ ...server, paths, connections }, 200)).secPerGb)
        limit.push((await load({ ...nginx, paths, connections }, 200)).secPerGb)
      }
      const name = `warm, ${kind} cache, ${connections} connections`
      add(compared(name, { ours, limit, unit: 's/GB', beside: 'nginx', allowed: ALLOWED[kind] }))
    }
    const reads = (await emulator.calls('download')).length
    if (reads > 0) throw new Error(`The ${kind} cache was not warm: ${reads} packs were read again.`)
  }
  await clear(dataDir)
  await clear(FILES)
}
