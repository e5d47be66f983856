import { setTimeout as sleep } from 'node:timers/promises'
import { DOWNLOAD_PATH, downloadStatusPath } from '#surfaces/http/contract/addresses.ts'
import type { Download } from '#surfaces/http/contract/download.ts'
import { type RunningServer, startServer } from '#test/support/start-server.ts'
import type { Measuring } from './bench.ts'
import { compared } from './figure.ts'
import { ourDownload } from './measure-download-speed.ts'
import { type SpeedOrigin, startSpeedOrigin } from './speed-origin.ts'

const LOOK_MS = 10
const LIMIT_MS = 120_000
const SEGMENT = /^[^#\s].*\.(?:ts|m4s|mp4)$/m

/** From an address to a video that plays, and to one of which every byte is stored, beside the download to a file alone. */
export async function measureDownloadPipeline({ quietness, add }: Measuring): Promise<void> {
  await using origin = await startSpeedOrigin('--profile', 'speed')
  const alone: number[] = []
  for (let round = 0; round < 3; round++) {
    await quietness.look()
    alone.push((await ourDownload(origin)).sec)
  }
  await using server = await startServer({ env: { FETCH_ALLOW_HOSTS: origin.hostPort } })
  const first = await timed(server, origin)
  add(compared('address to playable', { ours: [first.playableSec], limit: alone, unit: 's', beside: 'file alone' }))
  add(compared('address to stored', { ours: [first.storedSec], limit: alone, unit: 's', beside: 'file alone' }))
}

async function timed(server: RunningServer, origin: SpeedOrigin) {
  const startMs = performance.now()
  const status = downloadStatusPath(await ordered(server, origin.url))
  const since = () => (performance.now() - startMs) / 1000
  const reached = async (what: (download: Download) => Promise<boolean>) => {
    for (; since() * 1000 < LIMIT_MS; await sleep(LOOK_MS)) {
      const download = await server.api.get<Download>(status)
      if (download.failure) throw new Error(`The download failed: ${JSON.stringify(download.failure)}`)
      if (await what(download)) return since()
    }
    throw new Error('The download did not end.')
  }
  const playableSec = await reached(async ({ videoId }) => videoId !== null && (await isPlayable(server, videoId)))
  const storedSec = await reached(async ({ state, videoId }) => {
    return state === 'done' && videoId !== null && (await server.api.video(videoId)).state === 'active'
  })
  return { playableSec, storedSec }
}

async function ordered(server: RunningServer, url: string): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(server.url + DOWNLOAD_PATH, { method: 'POST', headers, body: JSON.stringify({ url }) })
  if (!answer.ok) throw new Error(`POST ${DOWNLOAD_PATH}: ${answer.status} ${await answer.text()}`)
  return ((await answer.json()) as { jobId: string }).jobId
}

/** A player that comes now gets a first segment. */
async function isPlayable(server: RunningServer, videoId: string): Promise<boolean> {
  const list = `${server.url}/playlist/local/${videoId}/v0.m3u8`
  const answer = await fetch(list)
  const segment = answer.ok ? SEGMENT.exec(await answer.text())?.[0] : undefined
  if (segment === undefined) return false
  const first = await fetch(new URL(segment, list))
  return first.ok && (await first.arrayBuffer()).byteLength > 0
}
