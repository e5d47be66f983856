import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeDataDir, startServer } from '#test/support/start-server.ts'
import type { Measuring } from './bench.ts'
import { clear } from './clear.ts'
import { filmOf } from './films.ts'
import { run } from './run.ts'
import { bodyOf, segmentPaths } from './served-film.ts'
import { REAL_LINE, startEmulator } from './telegram-emulator.ts'
import { timedUpload } from './timed-upload.ts'

/** The player's clock and the line run so many times faster than life; what they are to one another stays. */
const SPEED = 8
const FILM_BYTES = 300e6
const BITRATE_TIMES = 3
const BUFFER_SEC = 20

/** A player with a buffer of 20 s, on a line of three times the bitrate, from a server that holds nothing. */
export async function measureWatching({ quietness, add }: Measuring): Promise<void> {
  const film = await filmOf('mp4', FILM_BYTES)
  const bytesPerFilmSec = (await stat(film)).size / (await durationOf(film))
  const bytesPerSec = Math.round(bytesPerFilmSec * BITRATE_TIMES * SPEED)
  await using emulator = await startEmulator(1, { latencyMs: REAL_LINE.latencyMs / SPEED, bytesPerSec }, 'none')
  const dataDir = await makeDataDir()
  const { videoId } = await timedUpload(film, dataDir, emulator.env)
  for (const preload of [8, 0]) {
    await quietness.look()
    const env = { ...emulator.env, PRELOAD_SEGMENTS: `${preload}`, ENABLE_CACHE_WARMING: 'false' }
    await using server = await startServer({ dataDir, env })
    const { stalls, stalledSec, startSec, leastBufferSec } = await watch(server.url, videoId)
    const more = `first picture ${startSec.toFixed(2)} s, least buffer ${leastBufferSec.toFixed(1)} s`
    add({
      name: `watching at 3 x the bitrate, PRELOAD_SEGMENTS=${preload}: stalls`,
      ours: `${stalls} (${stalledSec.toFixed(1)} s; ${more})`,
      limit: 'none',
      ratio: stalls,
      allowed: preload > 0 ? 0 : null,
    })
  }
  await clear(dataDir)
}

async function durationOf(film: string): Promise<number> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', film])
  return Number(stdout)
}

interface Watched {
  readonly stalls: number
  readonly stalledSec: number
  readonly startSec: number
  /** Once it was full. */
  readonly leastBufferSec: number
}

/** Plays from beginning to end. Seconds are those of the film. */
async function watch(url: string, videoId: string): Promise<Watched> {
  const durations = await durationsOf(url, videoId)
  const tracks = await Promise.all(['v0', 'a0'].map((track) => segmentPaths({ url }, videoId, track)))
  const nowSec = () => (performance.now() / 1000) * SPEED
  const seen = { stalls: 0, stalledSec: 0, startSec: 0, leastBufferSec: BUFFER_SEC }
  const beganSec = nowSec()
  await Promise.all(tracks.map(([init]) => bodyOf(url + init)))
  /** What was fetched lasts until then. */
  let lastsUntilSec = 0
  let wasFull = false
  for (const [index, durationSec] of durations.entries()) {
    const aheadSec = lastsUntilSec - nowSec()
    if (index > 0 && aheadSec > BUFFER_SEC - durationSec) {
      wasFull = true
      await sleep(((aheadSec - (BUFFER_SEC - durationSec)) / SPEED) * 1000)
    }
    await Promise.all(tracks.map((paths) => bodyOf(url + paths[index + 1])))
    const lateSec = nowSec() - lastsUntilSec
    if (index === 0) {
      seen.startSec = nowSec() - beganSec
      lastsUntilSec = nowSec()
    } else if (lateSec > 0) {
      seen.stalls++
      seen.stalledSec += lateSec
      lastsUntilSec = nowSec()
    }
    if (wasFull) seen.leastBufferSec = Math.min(seen.leastBufferSec, Math.max(0, -lateSec))
    lastsUntilSec += durationSec
  }
  return seen
}

async function durationsOf(url: string, videoId: string): Promise<number[]> {
  const text = (await bodyOf(`${url}/playlist/local/${videoId}/v0.m3u8`)).toString()
  return [...text.matchAll(/#EXTINF:([\d.]+)/g)].map(([, sec]) => Number(sec))
}
