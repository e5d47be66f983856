import { fileURLToPath } from 'node:url'
import { makeDataDir, startServer } from '#test/support/start-server.ts'
import type { Measuring } from './bench.ts'
import { clear } from './clear.ts'
import type { CrowdReport } from './crowd-report.ts'
import { curl } from './curl.ts'
import { withUnit } from './figure.ts'
import { webFilm } from './films.ts'
import { peakRssBytes, processorSec } from './processor-sec.ts'
import { run } from './run.ts'
import { storedSegments } from './stored-segments.ts'
import { REAL_LINE, startEmulator } from './telegram-emulator.ts'
import { timedUpload } from './timed-upload.ts'

const VIEWERS = 1000
const CHILD = fileURLToPath(new URL('./crowd-child.ts', import.meta.url))
/** On top of what an idle server has: a pack, and a quarter of a megabyte for each connection. A copy for each would be 1.4 GB. */
const MOST_GROWN_BYTES = 270e6

/** 1,000 viewers ask at once for a segment that no cache has. */
export async function measureCrowd({ quietness, add }: Measuring): Promise<void> {
  await using emulator = await startEmulator(3, REAL_LINE, 'none')
  const dataDir = await makeDataDir()
  const { videoId } = await timedUpload(await webFilm(), dataDir, emulator.env)
  const segment = storedSegments(dataDir, videoId, { sealed: true }).find(
    ({ packPosition, byteLength }) => packPosition === 1 && byteLength > 1e6,
  )
  if (!segment) throw new Error('The film has too few packs.')
  await quietness.look()
  const env = { ...emulator.env, PRELOAD_SEGMENTS: '0', ENABLE_CACHE_WARMING: 'false' }
  await using server = await startServer({ dataDir, env })
  const idleBytes = peakRssBytes(server.pid)
  const idleSec = processorSec(server.pid)
  await emulator.clearJournal()
  const { stdout } = await run(process.execPath, [
    CHILD,
    server.url + segment.path,
    `${VIEWERS}`,
    `${segment.byteLength}`,
  ])
  const { errors, hashes, medianMs, p99Ms } = JSON.parse(stdout) as CrowdReport
  const reads = (await emulator.calls('download')).length
  const grown = peakRssBytes(server.pid) - idleBytes
  const busySec = processorSec(server.pid) - idleSec
  const alone = await curl(server.url + segment.path)
  const name = `${VIEWERS} viewers of one cold segment`
  const wrong = errors + Math.max(0, hashes.length - 1)
  add({ name: `${name}: upstream reads`, ours: `${reads}`, limit: '1', ratio: reads, allowed: 1 })
  add({ name: `${name}: errors`, ours: `${wrong}`, limit: 'none', ratio: wrong, allowed: 0 })
  add({
    name: `${name}: memory grown`,
    ours: withUnit(grown / 1e6, 'MB'),
    limit: withUnit(MOST_GROWN_BYTES / 1e6, 'MB'),
    ratio: grown / MOST_GROWN_BYTES,
    allowed: 1,
  })
  const limit = `one, kept ${withUnit(alone.endMs, 'ms')}`
  add({ name: `${name}: p99`, ours: withUnit(p99Ms, 'ms'), limit, ratio: p99Ms / alone.endMs, allowed: null })
  const volume = withUnit((VIEWERS * segment.byteLength) / 1e9, 'GB')
  console.log(`${name}: median ${withUnit(medianMs, 'ms')}, ${volume} for ${withUnit(busySec, 's')} of processor time`)
  await clear(dataDir)
}
