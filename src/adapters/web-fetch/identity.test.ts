import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { WebIdentity } from '#domain/web.ts'
import { PATIENT, startServer, type TestServer, webFor } from './server.test-support.ts'

const headers = {
  Cookie: 'session=secret',
  Authorization: 'Bearer secret',
  'X-Own': 'secret',
  'User-Agent': 'Film Reader',
  Referer: 'http://page.example/',
}

const LOCAL = { lookup: async () => [{ address: '127.0.0.1', family: 4 as const }] }

async function sent(server: TestServer, host: string, identity?: WebIdentity): Promise<IncomingHttpHeaders> {
  await using web = webFor([], { ...LOCAL, allowHosts: [{ host }] })
  await using answer = await web.open({ url: `http://${host}:${server.port}/`, ...(identity && { identity }) }, PATIENT)
  expect(answer.status).toBe(200)
  return server.requests.at(-1)?.headers ?? {}
}

describe('identity', () => {
  it.each([
    ['film.example', ['film.example'], true],
    ['cdn.film.example', ['film.example'], true],
    ['film.example', ['FILM.example'], true],
    ['127.0.0.1', ['127.0.0.1'], true],
    ['film.example', [], false],
    ['film.example', ['cdn.film.example'], false],
    ['notfilm.example', ['film.example'], false],
    ['film.example.org', ['film.example'], false],
    ['film.example', ['example.film'], false],
    ['127.0.0.1', ['0.0.1', ''], false],
  ])('to %s with secrets for %j: secrets are sent: %s', async (host, hosts, expected) => {
    await using server = await startServer()
    const got = await sent(server, host, { headers, hosts })
    expect([got.cookie, got.authorization, got['x-own']].map(Boolean)).toEqual([expected, expected, expected])
    expect(got['user-agent']).toBe('Film Reader')
    expect(got.referer).toBe('http://page.example/')
  })

  it('drops secrets on a redirect to another host, and sends them again when it comes back', async () => {
    await using server = await startServer((request, response) => {
      const { port } = server
      if (request.url === '/1') response.writeHead(302, { location: `http://other.example:${port}/2` }).end()
      else if (request.url === '/2') response.writeHead(302, { location: `http://cdn.film.example:${port}/3` }).end()
      else response.end('ok')
    })
    const names = ['film.example', 'other.example', 'cdn.film.example']
    await using web = webFor([], { ...LOCAL, allowHosts: names.map((host) => ({ host })) })
    const identity = { headers, hosts: ['film.example'] }
    await using answer = await web.open({ url: `http://film.example:${server.port}/1`, identity }, PATIENT)
    expect(answer.status).toBe(200)
    expect(server.requests.map((request) => request.headers.cookie)).toEqual([
      'session=secret',
      undefined,
      'session=secret',
    ])
    expect(server.requests.map((request) => request.headers['x-own'])).toEqual(['secret', undefined, 'secret'])
  })

  it('never lets a user decide how the connection works', async () => {
    await using server = await startServer()
    const own = {
      Host: 'inside',
      Connection: 'upgrade',
      'Transfer-Encoding': 'chunked',
      'Content-Length': '5',
      Range: 'bytes=0-1',
    }
    const got = await sent(server, 'film.example', { headers: own, hosts: ['film.example'] })
    expect(got.host).toBe(`film.example:${server.port}`)
    expect(got['transfer-encoding'] ?? got['content-length'] ?? got.range).toBeUndefined()
  })

  it('says who we are when nobody in particular asks', async () => {
    await using server = await startServer()
    expect((await sent(server, 'film.example'))['user-agent']).toMatch(/Telereel/)
  })

  it('refuses headers that would be two', async () => {
    await using server = await startServer()
    await using web = webFor([server])
    for (const bad of [{ 'X-A': 'a\r\nX-B: b' }, { 'X A': 'a' }, { 'X-A': 'a\u0000' }]) {
      const asked = web.open({ url: server.url, identity: { headers: bad, hosts: ['127.0.0.1'] } }, PATIENT)
      await expect(asked).rejects.toMatchObject({ code: 'invalid-input' })
    }
    expect(web.figures().pool.active).toBe(0)
  })

  it('asks for the range that is wished, on every hop', async () => {
    await using server = await startServer((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/there' }).end()
      else response.end('ok')
    })
    await using web = webFor([server])
    await using _ = await web.open({ url: server.url, range: { first: 5, last: 9 }, ifRange: '"tag"' }, PATIENT)
    await using __ = await web.open({ url: server.url, range: { first: 5 } }, PATIENT)
    expect(server.requests.map((request) => request.headers.range)).toEqual([
      'bytes=5-9',
      'bytes=5-9',
      'bytes=5-',
      'bytes=5-',
    ])
    expect(server.requests[1]?.headers['if-range']).toBe('"tag"')
    expect(server.requests[1]?.headers['accept-encoding']).toBe('identity')
  })
})
