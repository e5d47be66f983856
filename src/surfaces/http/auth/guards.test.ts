import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FILM_ID } from '#features/playback/film.test-support.ts'
import { startServer, type TestServer, usualFilm } from '../http.test-support.ts'
import { accessOf, ROUTE_POLICY } from './route-policy.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer(usualFilm())
})
beforeEach(() => {
  server.calls.length = 0
  server.registered.length = 0
})
afterAll(() => server.close())

/** Paths that fit the patterns of the policy. */
function pathFor(pattern: string): string {
  return pattern
    .replace(':reach', 'local')
    .replace('playlist/local/:name', `playlist/local/${FILM_ID}.m3u8`)
    .replace('poster/:name', `poster/${FILM_ID}.jpg`)
    .replace('links/:name', `links/${FILM_ID}.strm`)
    .replace('segment/:id/:name', `segment/${FILM_ID}/v0-00000.m4s`)
    .replace('subtitle/:id/:name', `subtitle/${FILM_ID}/en.vtt`)
    .replace(':name', 'v0.m3u8')
    .replace('uploads/:id', `uploads/${'0'.repeat(32)}`)
    .replace(':id', FILM_ID)
    .replace(':track', 's0')
    .replace('*', 'favicon.ico')
}

const ROUTES = Object.keys(ROUTE_POLICY).map((key) => key.split(' ') as [method: string, pattern: string])
const WRITES = ROUTES.filter(([method]) => !['GET', 'OPTIONS'].includes(method))

const attack = (method: string, pattern: string, headers: Record<string, string>) =>
  server.ask(pathFor(pattern), { method, headers: { 'content-type': 'application/json', ...headers }, body: '{}' })

describe('route policy', () => {
  it('does not let a server start with a route that nobody thought about', () => {
    expect(() => accessOf('GET', '/api/new')).toThrow('add it to auth/route-policy.ts')
  })

  it.each(ROUTES)('names a route that exists: %s %s', async (method, pattern) => {
    if (pattern === '/api/events' || pattern === '/*') return
    const asked = pattern === '/api/uploads/:id' && method === 'GET' ? 'HEAD' : method
    const { status, body } = await server.ask(pathFor(pattern), { method: asked })
    const code = body.length > 0 && status >= 400 ? JSON.parse(body.toString().replace(/^[^{].*/s, '{}')).code : ''
    expect([pattern, code]).not.toEqual([pattern, 'no-such-page'])
    expect(status).toBeLessThan(500)
  })
})

describe('a page of another site', () => {
  const FOREIGN = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { origin: 'http://localhost' },
    { origin: 'https://127.0.0.1.evil.example' },
    { origin: 'http://user@evil.example' },
    { origin: 'not an origin' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'anything' },
  ]

  it.each(WRITES)('changes nothing by %s %s', async (method, pattern) => {
    for (const headers of FOREIGN) {
      const { status } = await attack(method, pattern, headers)
      expect([headers, [401, 403].includes(status)]).toEqual([headers, true])
    }
    expect(server.calls).toEqual([])
    expect(server.registered).toEqual([])
  })

  it('gets no permission to read the API', async () => {
    for (const [method, pattern] of ROUTES.filter(([, path]) => /^\/(api|status|cache|metrics)/.test(path))) {
      if (pattern === '/api/events') continue
      const headers = { origin: 'https://evil.example', 'access-control-request-method': 'PATCH' }
      for (const each of [method, 'OPTIONS']) {
        const answer = await server.ask(pathFor(pattern), { method: each, headers })
        expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      }
    }
  })

  it('cannot use a form: the types that forms send are not taken', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const headers = { 'content-type': type }
      for (const path of [`/api/videos/${FILM_ID}/subtitles?name=a.srt`, '/api/local/ingest']) {
        const { status } = await server.ask(path, { method: 'POST', headers, body: '{"path":"/etc/passwd"}' })
        expect([401, 415]).toContain(status)
      }
    }
    expect(server.calls).toEqual([])
  })
})

describe('our own page and programs', () => {
  it('may change things', async () => {
    const own = { origin: server.url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
    const renamed = await server.ask(`/api/videos/${FILM_ID}`, {
      method: 'PATCH',
      headers: own,
      body: '{"title":"Neu"}',
    })
    expect(renamed.status).toBe(200)
    const program = await server.ask('/cache/clear', { method: 'POST' })
    expect(program.status).toBe(200)
    expect(server.calls).toEqual([`rename ${FILM_ID} Neu`])
  })
})

describe('the Host header', () => {
  const statusFor = async (host: string, path = '/api/videos', on = server) =>
    (await on.ask(path, { headers: { host } })).status

  it('must be a name of ours, or a foreign name that points here could read everything', async () => {
    const port = server.port
    const own = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, 'localhost', 'LOCALHOST', 'x.localhost']
    for (const host of own) expect([host, await statusFor(host)]).toEqual([host, 200])
    const foreign = [
      'evil.example',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      'evil@localhost',
      '127.0.0.1:x',
    ]
    for (const host of foreign) {
      expect([host, await statusFor(host)]).toEqual([host, 421])
      expect(await statusFor(host, `/segment/${FILM_ID}/v0-00000.m4s`)).toBe(421)
      expect(await statusFor(host, '/')).toBe(421)
    }
  })

  it('may be the public domain or LOCAL_HOST', async () => {
    const config = { publicDomain: 'Films.Example.org:8443', host: '127.0.0.1' }
    await using other = await startServer(usualFilm(), { config })
    expect(await statusFor('films.example.org', '/api/videos', other)).toBe(200)
    expect(await statusFor('films.example.org:8443', '/api/videos', other)).toBe(200)
    expect(await statusFor('example.org', '/api/videos', other)).toBe(421)
  })

  it('does not matter for playback on a server that is open to the network, but for all else', async () => {
    await using open = await startServer(usualFilm(), { config: { host: '0.0.0.0' } })
    expect(await statusFor('nas.home', `/segment/${FILM_ID}/v0-00000.m4s`, open)).toBe(200)
    expect(await statusFor('192.168.1.5', '/api/videos', open)).toBe(200)
    expect(await statusFor('evil.example', '/api/videos', open)).toBe(421)
  })
})

describe('/api/local', () => {
  const ingest = (headers: Record<string, string>, body: unknown = { path: '/films/a.mkv' }) =>
    server.ask('/api/local/ingest', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })

  it('wants the token of the data folder, and no browser', async () => {
    const right = { authorization: 'Bearer a-token-of-the-test' }
    for (const authorization of ['', 'Bearer', 'Bearer x', 'Basic a-token-of-the-test', 'Bearer a-token-of-the-tesT']) {
      expect((await ingest({ authorization })).status).toBe(401)
    }
    expect((await ingest({ ...right, origin: server.url })).status).toBe(403)
    expect(server.registered).toEqual([])
    const taken = await ingest(right, { path: '/films/a.mkv', title: 'Ein Film' })
    expect([taken.status, JSON.parse(taken.body.toString())]).toEqual([202, { videoId: FILM_ID }])
    expect(server.registered).toEqual([
      { path: '/films/a.mkv', owned: false, originalFilename: 'a.mkv', title: 'Ein Film' },
    ])
    expect((await ingest(right, { path: 'a.mkv' })).status).toBe(400)
  })
})
