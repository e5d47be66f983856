import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Download, DownloadOrder } from '#surfaces/http/contract/download.ts'
import { type DownloadSummary, downloadByCli } from '../support/download-by-cli.ts'
import { type Origin, startOrigin } from '../support/origin/start-origin.ts'
import { liveStream } from '../support/origin/streams/live.ts'
import { multivariant } from '../support/origin/streams/multivariant.ts'
import { missingSegment, tsStream } from '../support/origin/streams/simple.ts'
import { syntheticStream } from '../support/origin/streams/synthetic.ts'
import { runTelereel, startTelereel } from '../support/run-telereel.ts'
import { makeDataDir, type RunningServer, startServer } from '../support/start-server.ts'

let origin: Origin
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-ended-early-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(async () => {
  origin = await startOrigin()
})
afterEach(() => origin[Symbol.asyncDispose]())

const env = () => ({ FETCH_ALLOW_HOSTS: origin.hostPort, RATE_LIMIT_DOWNLOAD: '1000/min' })

describe('the command line', () => {
  it('makes a file of what an earlier run recorded, when the address is gone', async () => {
    const { url, renditions } = syntheticStream(origin, { segments: 40, segmentBytes: 100_000 })
    // It never comes to its end.
    origin.setFault({ path: /segment-[23]\d\.ts/, fault: { kind: 'silent' } })
    const where = { dataDir: folder, output: join(folder, 'film.ts'), allow: origin.hostPort }
    const stopped = await downloadByCli(url, { ...where, signal: { name: 'SIGINT', afterMs: 4000 } })
    expect([stopped.code, stopped.sha256], stopped.stderr).toEqual([130, null])
    origin.remove(new URL(url).pathname)
    const gone = await downloadByCli(url, where)
    expect([gone.code, gone.error?.code], gone.stderr).toEqual([6, 'remote-refused'])
    origin.journal.clear()
    const ended = await downloadByCli(url, { ...where, args: ['--finish'] })
    expect([ended.code, ended.summary?.state], ended.stderr).toEqual([3, 'gaps'])
    expect(origin.requests).toEqual([])
    expect(ended.summary?.bytes).toBeGreaterThan(0)
    expect(ended.sha256).toBe(ended.summary?.sha256)
    const missing = ended.summary?.gaps.reduce((sum, { count }) => sum + count, 0) ?? 0
    expect((ended.summary?.bytes ?? 0) / 100_000 + missing).toBe(renditions.main.segmentCount)
    expect(await readdir(folder)).toEqual(['film.ts'])
  })

  it('makes a video of what an earlier run recorded, without a server', async () => {
    const { url } = await tsStream(origin)
    origin.setFault({ path: /segment-[5-9]/, fault: { kind: 'silent' } })
    const dataDir = await makeDataDir()
    const child = startTelereel(['download', '--json', url], { dataDir, env: env() })
    await until(
      async () => origin.journal.of(/segment-[0-4]/).filter(({ end }) => end === 'whole'),
      ({ length }) => length === 5,
    )
    await sleep(500)
    child.kill('SIGINT')
    await once(child, 'close')
    origin.remove(new URL(url).pathname)
    const done = await runTelereel(['download', '--json', '--finish', url], { dataDir, env: env() })
    expect(done.code, done.stderr).toBe(3)
    const summary = done.json<DownloadSummary>().at(-1)
    expect(summary).toMatchObject({ state: 'gaps', gaps: [{ rendition: 'main', msn: 5, count: 3 }] })
  })

  it('refuses to end what was never begun, and leaves nothing behind', async () => {
    const { url } = await tsStream(origin)
    const output = join(folder, 'never.ts')
    const done = await downloadByCli(url, { dataDir: folder, output, allow: origin.hostPort, args: ['--finish'] })
    expect([done.code, done.error?.code], done.stderr).toEqual([7, 'not-found'])
    expect(origin.requests).toEqual([])
    expect(await readdir(folder)).not.toContain('never.ts.telereel')
  })

  it('makes a video of a recording whose stream is gone', async () => {
    const dataDir = await makeDataDir()
    await using server = await startServer({ env: env(), dataDir })
    const { id, url } = await pausedLive(server)
    const done = await runTelereel(['download', '--json', '--finish', url], { dataDir, env: env() })
    expect(done.code, done.stderr).toBe(0)
    expect(done.json().findLast(({ type }) => type === 'status')).toBeDefined()
    expect((await statusOf(server, id)).state).toBe('done')
  })
})

describe('the server', () => {
  it('makes a video that plays of a paused recording whose stream is gone', async () => {
    await using server = await startServer({ env: env() })
    const { id, videoId } = await pausedLive(server)
    expect(await post(server, `/api/downloads/${id}/finish`)).toBe(204)
    const { result } = await reaches(server, id, 'done')
    expect(result?.byteLength).toBeGreaterThan(0)
    const video = await server.api.waitEnded(videoId)
    expect([video.state, (video.durationSec ?? 0) > 1]).toEqual(['active', true])
  })

  it('makes a video of what came of a film before a segment was missing', async () => {
    await using server = await startServer({ env: env() })
    const { url } = await missingSegment(origin)
    const id = await order(server, { url })
    const failed = await reaches(server, id, 'failed')
    expect([failed.failure?.code, failed.progress?.recorded]).toEqual(['segment-missing', true])
    expect(await post(server, `/api/downloads/${id}/finish`)).toBe(204)
    const { result } = await reaches(server, id, 'done')
    expect(result?.state).toBe('gaps')
    expect((await server.api.waitEnded(result?.videoId ?? '')).state).toBe('active')
  })

  it('makes a video of the picture when not one segment of the sound had come', async () => {
    await using server = await startServer({ env: env() })
    const { url } = await multivariant(origin, '/silent-film/')
    origin.setFault({ path: /^\/silent-film\/fmp4-sound.*segment/, fault: { kind: 'silent' } })
    const id = await order(server, { url })
    await until(
      () => statusOf(server, id),
      ({ progress }) => progress?.recorded === true,
    )
    expect(await post(server, `/api/downloads/${id}/pause`)).toBe(204)
    await reaches(server, id, 'paused')
    expect(await post(server, `/api/downloads/${id}/finish`)).toBe(204)
    const { result } = await reaches(server, id, 'done')
    expect(result?.gaps.map(({ rendition }) => rendition)).toContain('a0')
    expect((await server.api.waitEnded(result?.videoId ?? '')).state).toBe('active')
  })

  it('goes on with the same recording when gaps are allowed then', async () => {
    await using server = await startServer({ env: env() })
    const { url } = await missingSegment(origin)
    const id = await order(server, { url })
    await reaches(server, id, 'failed')
    const before = origin.journal.of(/segment/).filter(({ status, end }) => status === 200 && end === 'whole')
    origin.journal.clear()
    expect(await post(server, `/api/downloads/${id}/retry`, { allowGaps: true })).toBe(204)
    const { result } = await reaches(server, id, 'done')
    expect(result?.gaps).toMatchObject([{ msn: 4, count: 1 }])
    const again = origin.journal.of(/segment/).map(({ path }) => path)
    expect(before.filter(({ path }) => again.includes(path))).toEqual([])
    expect((await server.api.waitEnded(result?.videoId ?? '')).state).toBe('active')
    // The recording has become the video.
    const refused = await answerTo(server, `/api/downloads/${id}/retry`, {})
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringMatching(/into the video/)])
  })

  it('fills the gaps of a file that was done, when they are there by now', async () => {
    await using server = await startServer({ env: env() })
    const { url, renditions } = syntheticStream(origin, { segments: 12, segmentBytes: 50_000 })
    const heal = origin.setFault({ path: /segment-(3|7)\.ts/, fault: { kind: 'status', status: 404 } })
    const id = await order(server, { url, target: 'file', allowGaps: true })
    expect((await reaches(server, id, 'done')).result?.gaps).toHaveLength(2)
    heal()
    origin.journal.clear()
    expect(await post(server, `/api/downloads/${id}/retry`)).toBe(204)
    const { result } = await reaches(server, id, 'done')
    expect([result?.state, result?.sha256]).toEqual(['complete', renditions.main.sha256])
    expect(origin.journal.of(/segment/)).toHaveLength(2)
    const file = await fetch(`${server.url}/api/downloads/${id}/file`)
    const hash = createHash('sha256').update(Buffer.from(await file.arrayBuffer()))
    expect(hash.digest('hex')).toBe(renditions.main.sha256)
  })
})

/** A live stream that was recorded for a moment, paused, and is gone since. */
async function pausedLive(server: RunningServer) {
  const { url } = await liveStream(origin, { folder: '/live/', segments: 40, ready: 6 })
  const id = await order(server, { url })
  const { videoId } = await until(
    () => statusOf(server, id),
    ({ progress }) => progress?.recorded === true,
  )
  expect(await post(server, `/api/downloads/${id}/pause`)).toBe(204)
  await reaches(server, id, 'paused')
  origin.remove(new URL(url).pathname)
  return { id, url, videoId: videoId ?? '' }
}

const headers = ({ url }: RunningServer) => ({ origin: url, 'content-type': 'application/json' })

async function order(server: RunningServer, wish: DownloadOrder): Promise<string> {
  return (await answerTo(server, '/api/download', wish)).body.jobId ?? ''
}

async function post(server: RunningServer, path: string, body: object = {}): Promise<number> {
  return (await answerTo(server, path, body)).status
}

async function answerTo(server: RunningServer, path: string, body: object) {
  const answer = await fetch(`${server.url}${path}`, {
    ...{ method: 'POST', headers: headers(server), body: JSON.stringify(body) },
  })
  const text = await answer.text()
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, string>> }
}

function statusOf({ api }: RunningServer, id: string): Promise<Download> {
  return api.get<Download>(`/api/download-status/${id}`)
}

function reaches(server: RunningServer, id: string, state: Download['state']): Promise<Download> {
  return until(
    () => statusOf(server, id),
    (now) => now.state === state,
  )
}

/** Looks until it is so; the test's own limit ends it otherwise. */
async function until<Value>(look: () => Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = await look()
    if (isSo(value)) return value
    await sleep(30)
  }
}
