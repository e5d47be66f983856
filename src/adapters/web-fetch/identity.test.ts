import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { NotFoundError } from '#domain/errors.ts'
import type { WebIdentity } from '#domain/web.ts'
import { parseFileCookie } from '#lib/cookie-file/file-cookie.ts'
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

/** A file as its owner wrote it, for any host. */
function cookieFile(...lines: readonly string[]) {
  const cookies = lines.flatMap((line) => parseFileCookie(line.replaceAll(' ', '\t')) ?? [])
  return { read: async () => ({ cookies, text: '', ageDays: 0 }) }
}

describe('cookies of a file', () => {
  it('go where a browser would send them, hop by hop, and to no other host', async () => {
    await using server = await startServer((request, response) => {
      const at = (host: string, path: string) => `http://${host}:${server.port}${path}`
      if (request.url === '/1') response.writeHead(302, { location: at('other.example', '/2') }).end()
      else if (request.url === '/2') response.writeHead(302, { location: at('cdn.film.example', '/a/3') }).end()
      else response.end('ok')
    })
    const names = ['film.example', 'other.example', 'cdn.film.example']
    const cookieFiles = cookieFile(
      '.film.example TRUE / FALSE 0 all 1',
      'cdn.film.example FALSE /a/ FALSE 0 cdn 2',
      '.film.example TRUE / TRUE 0 tls 3',
      '.film.example TRUE / FALSE 1000 old 4',
    )
    await using web = webFor([], { ...LOCAL, cookieFiles, allowHosts: names.map((host) => ({ host })) })
    const identity = { headers: {}, hosts: [], cookies: { name: 'mine', host: 'film.example' } }
    await using _ = await web.open({ url: `http://film.example:${server.port}/1`, identity }, PATIENT)
    expect(server.requests.map((request) => request.headers.cookie)).toEqual(['all=1', undefined, 'cdn=2; all=1'])
    await web.text({ url: `http://film.example:${server.port}/a`, identity }, PATIENT)
    expect(server.requests.at(-1)?.headers.cookie).toBe('all=1')
  })

  it('stand behind what was written by hand', async () => {
    await using server = await startServer()
    const cookieFiles = cookieFile('film.example FALSE / FALSE 0 a file', 'film.example FALSE / FALSE 0 b file')
    await using web = webFor([], { ...LOCAL, cookieFiles, allowHosts: [{ host: 'film.example' }] })
    const cookies = { name: 'mine', host: 'film.example' }
    const identity = { headers: { Cookie: 'a=hand' }, hosts: ['film.example'], cookies }
    await using _ = await web.open({ url: `http://film.example:${server.port}/`, identity }, PATIENT)
    expect(server.requests.at(-1)?.headers.cookie).toBe('a=hand; b=file')
  })

  it('that cannot be had are an error before anything is sent', async () => {
    await using server = await startServer()
    const cookieFiles = { read: () => Promise.reject(new NotFoundError('There is no cookies file mine.')) }
    await using web = webFor([server], { cookieFiles })
    const identity = { headers: {}, hosts: [], cookies: { name: 'mine', host: '127.0.0.1' } }
    await expect(web.open({ url: server.url, identity }, PATIENT)).rejects.toMatchObject({ code: 'not-found' })
    await expect(web.text({ url: server.url, identity }, PATIENT)).rejects.toMatchObject({ code: 'not-found' })
    expect(server.requests).toEqual([])
  })

  it('keep answers apart from those without', async () => {
    await using server = await startServer((request, response) => response.end(request.headers.cookie ?? 'nobody'))
    const cookieFiles = cookieFile('127.0.0.1 FALSE / FALSE 0 a 1')
    await using web = webFor([server], { cookieFiles })
    const identity = { headers: {}, hosts: [] }
    const cookies = { name: 'mine', host: '127.0.0.1' }
    const texts = [{ ...identity, cookies }, identity].map((who) =>
      web.text({ url: server.url, identity: who }, PATIENT),
    )
    expect((await Promise.all(texts)).map(({ text }) => text)).toEqual(['a=1', 'nobody'])
  })
})

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

  it('what was ordered over https tells no secret over http, whatever host a playlist names', async () => {
    await using server = await startServer()
    const cookieFiles = cookieFile('film.example FALSE / FALSE 0 file 1')
    await using web = webFor([], { ...LOCAL, cookieFiles, allowHosts: [{ host: 'film.example' }] })
    const cookies = { name: 'mine', host: 'film.example' }
    const identity = { headers, hosts: ['film.example'], cookies, secretsOverHttpsOnly: true }
    await using _ = await web.open({ url: `http://film.example:${server.port}/`, identity }, PATIENT)
    const got = server.requests.at(-1)?.headers
    expect([got?.cookie, got?.authorization, got?.['x-own']]).toEqual([undefined, undefined, undefined])
    expect([got?.['user-agent'], got?.referer]).toEqual(['Film Reader', 'http://page.example/'])
  })

  it('sends a Referer to every host, without what it must not hold', async () => {
    await using server = await startServer()
    const referer = { Referer: 'https://me:secret@page.example/film?id=1#at=5' }
    const got = await sent(server, 'cdn.example', { headers: referer, hosts: ['film.example'] })
    expect(got.referer).toBe('https://page.example/film?id=1')
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
