import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Download, DownloadOrder } from '#surfaces/http/contract/download.ts'
import type { JobList } from '#surfaces/http/contract/job.ts'
import { playlist, resource } from '../support/origin/answer.ts'
import { type Origin, startOrigin } from '../support/origin/start-origin.ts'
import { syntheticStream } from '../support/origin/streams/synthetic.ts'
import { piecesOf, tsStream } from '../support/origin/streams/simple.ts'
import { writeStream } from '../support/origin/write-stream.ts'
import { startTelereel } from '../support/run-telereel.ts'
import { makeDataDir, type RunningServer, startServer } from '../support/start-server.ts'
import { uploadByCli } from '../support/upload-by-cli.ts'

let origin: Origin
beforeEach(async () => {
  origin = await startOrigin()
})
afterEach(() => origin[Symbol.asyncDispose]())

const env = () => ({ FETCH_ALLOW_HOSTS: origin.hostPort, RATE_LIMIT_DOWNLOAD: '1000/min' })

describe('a download that is taken off the list when it has ended', () => {
  it('leaves the video that is still made of it alone', async () => {
    await using server = await startServer({ env: env() })
    // To be encoded, which takes longer than to fetch it.
    const path = film(server.dataDir, 'slow.avi', ['-c:v', 'mpeg4', '-t', '20', '-s', '640x360'])
    const url = origin.put('/slow.avi', resource(await readFile(path), 'video/x-msvideo', { etag: '"1"' }))
    const id = await order(server, { url })
    const { videoId } = await until(
      () => statusOf(server, id),
      ({ state }) => state === 'done',
    )
    expect(await remove(server, id)).toBe(204)
    expect((await server.api.waitEnded(videoId ?? '')).state).toBe('active')
  })
})

describe('a paused download', () => {
  it('keeps no place for its video, and goes on with it when it is resumed', async () => {
    await using server = await startServer({ env: env() })
    const { id, videoId } = await halfWay(server)
    expect(await act(server, id, 'pause')).toBe(204)
    await until(
      () => aliveIngests(server),
      (alive) => alive.length === 0,
    )
    origin.network.bytesPerSec = null
    expect(await act(server, id, 'resume')).toBe(204)
    expect((await server.api.waitEnded(videoId)).state).toBe('active')
    expect((await statusOf(server, id)).state).toBe('done')
  })

  it('by Ctrl-C of the command does not keep an upload waiting', async () => {
    const dataDir = await makeDataDir()
    origin.network.bytesPerSec = 20_000
    const child = startTelereel(['download', '--json', (await tsStream(origin)).url], { dataDir, env: env() })
    await until(
      async () => origin.journal.of(/segment/).length,
      (count) => count > 0,
    )
    await sleep(1500)
    child.kill('SIGINT')
    await once(child, 'close')
    const path = film(dataDir, 'short.mp4', ['-c:v', 'libx264', '-t', '2', '-s', '320x180'])
    const uploaded = await Promise.race([uploadByCli({ dataDir }, path), sleep(30_000)])
    expect(uploaded, 'It waits for ever.').toMatchObject({ code: 0 })
  })
})

describe('a download that failed at the moment when the server died', () => {
  it('ends the video that it filled, until it is tried again', async () => {
    await using first = await startServer({ env: env() })
    const { id, videoId } = await halfWay(first)
    await first.kill9()
    const database = new DatabaseSync(join(first.dataDir, 'catalog.db'))
    const why = `failure_code = 'remote-unreachable', failure_message = 'The server was not reached.'`
    database.prepare(`UPDATE jobs SET state = 'failed', lease_token = NULL, ${why} WHERE id = ?`).run(id)
    database.close()

    origin.network.bytesPerSec = null
    await using second = await startServer({ env: env(), dataDir: first.dataDir })
    expect((await second.api.waitEnded(videoId)).state).toBe('error')
    expect(await post(second, `/api/videos/${videoId}/retry`)).toBeLessThan(300)
    await until(
      () => second.api.video(videoId),
      ({ state }) => state === 'active',
    )
    await second.stop()
  })
})

describe('a download whose video cannot be made', () => {
  it('ends with the reason, and goes on with its video when that is mended', async () => {
    origin.network.bytesPerSec = 20_000
    const url = await longStream()
    await using first = await startServer({ env: { ...env(), FFPROBE_PATH: await brokenProbe() } })
    const id = await order(first, { url })
    const failed = await until(
      () => statusOf(first, id),
      ({ state }) => state === 'failed',
    )
    const video = await first.api.video(failed.videoId ?? '')
    expect(video.state).toBe('error')
    expect(failed.failure?.message).toContain(video.failure?.message)
    expect(failed.failure?.code).toBe(video.failure?.code)
    await first.stop()

    origin.network.bytesPerSec = null
    await using second = await startServer({ env: env(), dataDir: first.dataDir })
    expect(await post(second, `/api/videos/${failed.videoId}/retry`)).toBeLessThan(300)
    expect((await second.api.waitEnded(failed.videoId ?? '')).state).toBe('active')
    expect((await statusOf(second, id)).state).toBe('done')
    await second.stop()
  })

  it('stops fetching, and does not fetch again what is there when it is tried again', async () => {
    origin.network.bytesPerSec = 100_000
    // Nothing that plays: three segments tell.
    const { url } = syntheticStream(origin, { segments: 400, segmentBytes: 100_000 })
    await using server = await startServer({ env: env() })
    const id = await order(server, { url })
    const untilFailed = () =>
      until(
        () => statusOf(server, id),
        ({ state }) => state === 'failed',
      )
    const { failure, videoId } = await untilFailed()
    const { state, failure: why } = await server.api.video(videoId ?? '')
    expect([state, why?.code]).toEqual(['error', failure?.code])
    const fetched = origin.journal.of(/segment/)
    expect(fetched.length).toBeLessThan(400)
    const whole = new Set(fetched.filter(({ end }) => end === 'whole').map(({ path }) => path))
    origin.journal.clear()
    expect(await act(server, id, 'retry')).toBeLessThan(300)
    await untilFailed()
    // What was on its way in at the end may come again.
    const again = origin.journal.of(/segment/).filter(({ path }) => whole.has(path))
    expect(again.length).toBeLessThan(whole.size / 2)
    expect(await aliveIngests(server)).toEqual([])
  })
})

/** A download whose video grows, and will for a while. */
async function halfWay(server: RunningServer): Promise<{ readonly id: string; readonly videoId: string }> {
  origin.network.bytesPerSec = 20_000
  const id = await order(server, { url: (await tsStream(origin)).url })
  await until(
    () => aliveIngests(server),
    (alive) => alive.length > 0,
  )
  const { videoId } = await until(
    () => statusOf(server, id),
    (now) => now.videoId !== null,
  )
  return { id, videoId: videoId ?? '' }
}

/** Far more than is fetched at once. */
async function longStream(): Promise<string> {
  const once = await piecesOf('ts')
  const pieces = Array.from({ length: 8 }, () =>
    once.map((piece, at) => ({ ...piece, discontinuity: at === 0 })),
  ).flat()
  return origin.put('/long/index.m3u8', playlist(writeStream(origin, pieces, { folder: '/long/' }).text))
}

/** An ffprobe that tells its version and nothing else. */
async function brokenProbe(): Promise<string> {
  const path = join(await makeDataDir(), 'ffprobe')
  const ffprobe = execFileSync('which', ['ffprobe'], { encoding: 'utf8' }).trim()
  await writeFile(path, `#!/bin/sh\ncase "$*" in *-version*) exec ${ffprobe} "$@";; esac\nexit 1\n`, { mode: 0o755 })
  return path
}

function film(folder: string, name: string, args: readonly string[]): string {
  const path = join(folder, name)
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=rate=25', ...args, path])
  return path
}

async function aliveIngests({ api }: RunningServer) {
  const { jobs } = await api.get<JobList>('/api/jobs')
  return jobs.filter(({ name, state }) => name === 'ingest-recording' && (state === 'waiting' || state === 'running'))
}

const headers = ({ url }: RunningServer) => ({ origin: url, 'content-type': 'application/json' })

async function order(server: RunningServer, wish: DownloadOrder): Promise<string> {
  const options = { method: 'POST', headers: headers(server), body: JSON.stringify(wish) }
  const answer = await fetch(`${server.url}/api/download`, options)
  return ((await answer.json()) as { jobId: string }).jobId
}

function act(server: RunningServer, id: string, action: string): Promise<number> {
  return post(server, `/api/downloads/${id}/${action}`)
}

async function post(server: RunningServer, path: string): Promise<number> {
  return (await fetch(`${server.url}${path}`, { method: 'POST', headers: headers(server), body: '{}' })).status
}

async function remove(server: RunningServer, id: string): Promise<number> {
  return (await fetch(`${server.url}/api/downloads/${id}`, { method: 'DELETE', headers: { origin: server.url } }))
    .status
}

function statusOf({ api }: RunningServer, id: string): Promise<Download> {
  return api.get<Download>(`/api/download-status/${id}`)
}

/** Looks until it is so; the test's own limit ends it otherwise. */
async function until<Value>(look: () => Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = await look()
    if (isSo(value)) return value
    await sleep(30)
  }
}
