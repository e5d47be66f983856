import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobId } from '#domain/ids.ts'
import type { Job } from '#domain/job-queue.ts'
import { FILM_ID } from '#features/playback/film.test-support.ts'
import { JobList } from '../contract/job.ts'
import { Debug } from '../contract/debug.ts'
import { Problem } from '../contract/problem.ts'
import { CacheStats, Health, Status } from '../contract/status.ts'
import { VideoDetails, VideoList } from '../contract/video.ts'
import type { HttpPorts } from '../http-ports.ts'
import { HOST_STATUS, startServer, type TestServer, usualFilm } from '../http.test-support.ts'

const film = usualFilm()
let server: TestServer
beforeAll(async () => {
  server = await startServer(film)
  const webRoot = join(server.dataDir, 'dist')
  await mkdir(join(webRoot, 'assets'), { recursive: true })
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>the page</title>')
  await writeFile(join(webRoot, 'assets', 'app-1a2b3c.js'), 'export {}')
})
afterAll(() => server.close())

const json = async (path: string) => JSON.parse((await server.ask(path)).body.toString())
const send = (method: string, path: string, body: unknown) =>
  server.ask(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

function job(facts: Partial<Job> = {}): Job {
  return {
    id: 'j1' as JobId,
    name: 'ingest-video',
    payload: { videoId: FILM_ID },
    state: 'running',
    attempts: 1,
    progress: { stage: 'cut', percent: 40, bytesPerSec: 1e6, secondsLeft: 9 },
    failure: null,
    retryAt: null,
    result: null,
    priority: 0,
    createdAt: new Date(0),
    updatedAt: new Date(1),
    ...facts,
  }
}

describe('the library', () => {
  it('answers as the contract says', async () => {
    const list = VideoList.parse(await json('/api/videos?text=film&state=active&sort=title&limit=5'))
    expect(list.videos).toMatchObject([
      {
        id: FILM_ID,
        state: 'active',
        codecs: ['h264', 'aac'],
        width: 1920,
        audioCount: 2,
        subtitleCount: 1,
        bitRate: 3_160_000,
        playableSec: 40,
        playlistUrl: `/playlist/local/${FILM_ID}.m3u8`,
        posterUrl: `/poster/${FILM_ID}.jpg`,
      },
    ])
    const details = VideoDetails.parse(await json(`/api/videos/${FILM_ID}`))
    expect(details.tracks.map(({ name }) => name)).toEqual(['v0', 'a0', 'a1', 's0'])
    expect(details.links).toEqual({
      local: `${server.url}/playlist/local/${FILM_ID}.m3u8`,
      public: null,
      strm: `${server.url}/links/${FILM_ID}.strm`,
    })
    for (const [name, value] of Object.entries(details)) expect([name, value]).not.toEqual([name, undefined])
  })

  it('shows how far a film in its ingest can be watched, and how the work goes', async () => {
    const growing = usualFilm()
    growing.video = { ...growing.video, state: 'ingesting', durationSec: 60.000333 }
    await using other = await startServer(growing)
    other.jobs.push(job())
    const { videos } = VideoList.parse(JSON.parse((await other.ask('/api/videos')).body.toString()))
    expect(videos).toMatchObject([
      {
        state: 'processing',
        playableSec: 18,
        durationSec: 60,
        segmentCount: 3,
        progress: { stage: 'cut', percent: 40 },
      },
    ])
    growing.segments = []
    other.emit({ kind: 'video-changed', videoId: FILM_ID })
    expect(JSON.parse((await other.ask(`/api/videos/${FILM_ID}`)).body.toString())).toMatchObject({
      playableSec: 0,
      playlistUrl: null,
      job: { id: 'j1' },
    })
  })

  it('does what it is told', async () => {
    server.calls.length = 0
    expect((await send('PATCH', `/api/videos/${FILM_ID}`, { title: '  Neu  ' })).status).toBe(200)
    expect((await server.ask(`/api/videos/${FILM_ID}/retry`, { method: 'POST' })).status).toBe(202)
    expect((await server.ask('/api/videos/demo', { method: 'POST' })).status).toBe(202)
    const subtitle = await server.ask(`/api/videos/${FILM_ID}/subtitles?name=a.de.srt&language=de&forced=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nÄ', 'latin1'),
    })
    expect([subtitle.status, JSON.parse(subtitle.body.toString())]).toEqual([201, { trackName: 's9' }])
    expect((await server.ask(`/api/videos/${FILM_ID}/subtitles/s0`, { method: 'DELETE' })).status).toBe(204)
    expect((await server.ask(`/api/videos/${FILM_ID}`, { method: 'DELETE' })).status).toBe(204)
    expect(server.calls).toEqual([
      `rename ${FILM_ID} Neu`,
      `retry ${FILM_ID}`,
      `addSubtitle ${FILM_ID} a.de.srt de 33`,
      `removeSubtitle ${FILM_ID} s0`,
      `remove ${FILM_ID}`,
    ])
  })
})

describe('jobs', () => {
  it('are listed, and cancelled when they exist', async () => {
    server.jobs.push(job())
    expect(JobList.parse(await json('/api/jobs?state=running')).jobs).toMatchObject([{ id: 'j1', videoId: FILM_ID }])
    expect((await server.ask('/api/jobs/j1/cancel', { method: 'POST' })).status).toBe(204)
    expect((await server.ask('/api/jobs/j2/cancel', { method: 'POST' })).status).toBe(404)
  })
})

describe('errors', () => {
  const problem = async (path: string, options?: Parameters<TestServer['ask']>[1]) => {
    const answer = await server.ask(path, options)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    const body = Problem.parse(JSON.parse(answer.body.toString()))
    expect(body.status).toBe(answer.status)
    return body
  }

  it('are problems with a stable code, a request id and the fields at fault', async () => {
    expect(await problem('/api/videos?sort=evil&limit=0')).toMatchObject({
      status: 400,
      code: 'invalid-input',
      fields: [{ path: 'querystring/sort' }, { path: 'querystring/limit' }],
    })
    expect(await problem('/api/videos/unknown0000000001')).toMatchObject({ status: 404, code: 'video-not-found' })
    expect(await problem('/segment/unknown0000000001/v0-00000.m4s')).toMatchObject({ code: 'video-not-found' })
    expect(await problem('/api/nothing')).toMatchObject({ status: 404, code: 'no-such-page' })
    for (const path of ['/api/videos/%zz', `/api/videos/${'x'.repeat(100)}`, '/api/%']) {
      expect((await problem(path)).status).toBeLessThan(500)
    }
    const ids = await Promise.all([problem('/api/nothing'), problem('/api/nothing')])
    expect(new Set(ids.map(({ requestId }) => requestId)).size).toBe(2)
  })

  it('come for bodies that are no JSON, too large, or control characters in disguise', async () => {
    const path = `/api/videos/${FILM_ID}`
    const headers = { 'content-type': 'application/json' }
    expect(await problem(path, { method: 'PATCH', headers, body: '{' })).toMatchObject({ status: 400 })
    expect(await problem(path, { method: 'PATCH', headers, body: '' })).toMatchObject({ status: 400 })
    expect(await problem(path, { method: 'PATCH', headers, body: '{"__proto__":{},"title":"x"}' })).toMatchObject({
      status: 400,
    })
    const title = (text: unknown) => JSON.stringify({ title: text })
    for (const body of ['a\nb', '\u202egpj', '', '   ', 5, null, { $gt: '' }, 'x'.repeat(301)].map(title)) {
      expect(await problem(path, { method: 'PATCH', headers, body })).toMatchObject({ code: 'invalid-input' })
    }
    const large = title('x'.repeat(1_100_000))
    expect(await problem(path, { method: 'PATCH', headers, body: large })).toMatchObject({ status: 413 })
  })

  it('say by which methods an address can be asked', async () => {
    const answer = await server.ask('/api/download', { headers: { accept: 'text/html' } })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
    expect(Problem.parse(JSON.parse(answer.body.toString()))).toMatchObject({ code: 'method-not-allowed' })
    const nowhere = await server.ask('/api/nowhere', { method: 'POST' })
    expect([nowhere.status, nowhere.headers.allow]).toEqual([404, undefined])
  })

  it('that are ours say nothing of the inside, and the log has them under the request id', async () => {
    const catalog = { stats: () => Promise.reject(new Error('SELECT secret FROM /home/someone')) }
    await using broken = await startServer(film, { ports: { catalog: catalog as never } })
    const answer = await broken.ask('/api/status')
    const body = Problem.parse(JSON.parse(answer.body.toString()))
    expect([answer.status, body.code]).toEqual([500, 'internal'])
    expect(answer.body.toString()).not.toMatch(/secret|someone|node_modules/)
    expect(broken.events).toMatchObject([{ kind: 'note', level: 'error', fields: { requestId: body.requestId } }])
    const health = await broken.ask('/health')
    expect([health.status, JSON.parse(health.body.toString())]).toEqual([
      503,
      { ok: false, catalog: false, store: true },
    ])
  })
})

describe('/debug', () => {
  it('tells what a report of a fault needs, with every secret blacked out', async () => {
    const diagnostics: HttpPorts['diagnostics'] = {
      settings: () => [
        { name: 'LOCAL_PORT', value: '8080', origin: 'default' },
        { name: 'CHAT_ID', value: 'films', origin: '.env', problem: '"films" is not allowed' },
      ],
      notes: () => [{ at: new Date(0).toISOString(), level: 'error', message: 'No key', cause: 'hunter22 is wrong' }],
      redact: (text) => text.replaceAll('hunter22', '***'),
    }
    const failure = { code: 'remote-refused.403', message: 'The cookie hunter22 is refused.' }
    await using other = await startServer(film, { ports: { diagnostics } })
    other.jobs.push(job({ name: 'delete-video', state: 'failed', attempts: 3, failure }))
    const answer = await other.ask('/debug')
    expect(answer.body.toString()).not.toContain('hunter22')
    expect(Debug.parse(JSON.parse(answer.body.toString()))).toMatchObject({
      program: { version: '0.0.0', node: process.version },
      settings: [
        { name: 'LOCAL_PORT', value: '8080', origin: 'default', problem: null },
        { name: 'CHAT_ID', problem: '"films" is not allowed' },
      ],
      status: { library: { active: 1 }, network: { localUrl: other.url } },
      http: { connections: 1, cutConnections: 0, feeds: 0 },
      failedJobs: [{ name: 'delete-video', attempts: 3, code: 'remote-refused.403' }],
      notes: [{ level: 'error', message: 'No key', cause: '*** is wrong' }],
    })
  })
})

describe('figures', () => {
  it('are told by /status, /health and /cache', async () => {
    for (const path of ['/status', '/api/status']) {
      expect(Status.parse(await json(path))).toMatchObject({
        network: { localUrl: server.url, publicUrl: null, beyondLoopback: false, https: 'none' },
        upload: { maxBytes: 50_000_000 },
      })
    }
    expect(Health.parse(await json('/health'))).toEqual({ ok: true, catalog: true, store: true })
    await server.ask(`/segment/${FILM_ID}/v0-00000.m4s`)
    await server.ask(`/segment/${FILM_ID}/v0-00000.m4s`)
    expect(CacheStats.parse(await json('/cache/stats'))).toMatchObject({ hits: 1, misses: 1, hitRate: 0.5, items: 1 })
    const cleared = await server.ask(`/cache/clear?video_id=${FILM_ID}`, { method: 'POST' })
    expect(JSON.parse(cleared.body.toString())).toMatchObject({ removedItems: 1 })
  })

  it('go to Prometheus by route and state, never by id or title', async () => {
    await server.ask(`/segment/${FILM_ID}/v0-00001.m4s`)
    const { headers, body } = await server.ask('/metrics')
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    const text = body.toString()
    expect(text).toMatch(/telereel_http_request_seconds_count\{route="GET \/segment\/:id\/:name",status="2xx"\} \d/)
    expect(text).toMatch(/telereel_videos\{state="ready"\} 1/)
    expect(text).toMatch(/telereel_cache_hits_total \d/)
    expect(text).not.toContain(FILM_ID)
    expect(text).not.toContain(film.video.title)
  })

  it('tell Prometheus what was asked of the store, and of each bot by its setting alone', async () => {
    const figures = [{ call: 'put', outcome: 'ok', count: 3, bytes: 300 }]
    const bot = { state: 'ok', waitingUntil: null, lastFault: null, sentBytes: 5, receivedBytes: 6, limits: 7 } as const
    const bots = [{ ...bot, setting: 'BOT_TOKEN_2', username: 'a_bot_of_mine' }]
    let asked = 0
    const ports: Partial<HttpPorts> = {
      storeCalls: { figures: () => figures, inFlight: () => new Map([['get', 2]]) },
      hostStatus: async () => {
        asked++
        return { ...HOST_STATUS, store: { ...HOST_STATUS.store, bots } }
      },
    }
    await using other = await startServer(film, { ports })
    const text = (await other.ask('/metrics')).body.toString()
    expect(text).toContain('telereel_store_calls_total{call="put",outcome="ok"} 3')
    expect(text).toContain('telereel_store_bytes_total{call="put",outcome="ok"} 300')
    expect(text).toContain('telereel_store_in_flight{call="get"} 2')
    for (const [what, value] of [
      ['sent_bytes', 5],
      ['received_bytes', 6],
      ['limits', 7],
    ]) {
      expect(text).toContain(`telereel_bot_${what}_total{bot="BOT_TOKEN_2"} ${value}`)
    }
    expect(text).not.toContain('a_bot_of_mine')
    expect(asked).toBe(1)
  })
})

describe('the page', () => {
  it('has a strict policy, hashed files for ever, and itself anew each time', async () => {
    const config = { webRoot: join(server.dataDir, 'dist') }
    await using other = await startServer(film, { config })
    const page = await other.ask('/')
    expect(page.body.toString()).toContain('the page')
    expect(page.headers['cache-control']).toBe('no-cache')
    const policy = String(page.headers['content-security-policy'])
    for (const part of [
      "default-src 'self'",
      "media-src 'self' blob:",
      "worker-src 'self' blob:",
      "object-src 'none'",
    ]) {
      expect(policy).toContain(part)
    }
    expect(policy).not.toMatch(/unsafe|upgrade-insecure|\*/)
    expect(page.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    expect(page.headers['strict-transport-security']).toBeUndefined()
    const asset = await other.ask('/assets/app-1a2b3c.js')
    expect(asset.headers['cache-control']).toContain('immutable')
    const deep = await other.ask('/library?q=x', { headers: { accept: 'text/html' } })
    expect([deep.status, deep.headers['cache-control']]).toEqual([200, 'no-cache'])
    for (const path of ['/assets/gone.js', '/api/gone', '/gone.png']) {
      expect((await other.ask(path, { headers: { accept: 'text/html' } })).status).toBe(404)
    }
  })

  it('is explained when nobody built it', async () => {
    expect((await server.ask('/')).body.toString()).toContain('npm start')
  })
})
