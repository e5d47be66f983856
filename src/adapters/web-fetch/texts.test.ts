import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Answerer, PATIENT, startServer, webFor } from './server.test-support.ts'

/** A text that changes with every request. */
const counting =
  (headers: Record<string, string> = {}, waitMs = 0): Answerer =>
  async (_, response) => {
    await sleep(waitMs)
    response.writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl', ...headers }).end(`#EXTM3U ${++count}`)
  }
let count = 0

describe('texts', () => {
  it('are remembered, told with address and type', async () => {
    await using server = await startServer(counting())
    await using web = webFor([server])
    const first = await web.text({ url: `${server.url}/a.m3u8` }, PATIENT)
    expect(first).toMatchObject({ url: `${server.url}/a.m3u8`, contentType: 'application/vnd.apple.mpegurl' })
    expect(await web.text({ url: `${server.url}/a.m3u8` }, PATIENT)).toEqual({ ...first, remembered: true })
    expect(server.requests).toHaveLength(1)
    expect(web.figures().playlists).toMatchObject({ enabled: true, hits: 1, misses: 1, entries: 1, expired: 0 })
  })

  it('that are to be fresh never come from memory, and renew it', async () => {
    await using server = await startServer(counting())
    await using web = webFor([server])
    const url = server.url
    const first = await web.text({ url }, PATIENT)
    const fresh = await web.text({ url, fresh: true }, PATIENT)
    expect(fresh.text).not.toBe(first.text)
    expect((await web.text({ url }, PATIENT)).text).toBe(fresh.text)
    expect(server.requests).toHaveLength(2)
  })

  it('expire', async () => {
    await using server = await startServer(counting())
    await using web = webFor([server], { playlistCache: { enabled: true, ttlSec: 0.05, maxBytes: 10_000 } })
    const first = await web.text({ url: server.url }, PATIENT)
    await sleep(80)
    expect((await web.text({ url: server.url }, PATIENT)).text).not.toBe(first.text)
    expect(web.figures().playlists.expired).toBe(1)
  })

  it.each([
    [{ 'cache-control': 'no-store' }, 2],
    [{ 'cache-control': 'private, no-cache' }, 2],
    [{ 'cache-control': 'public, max-age=0' }, 2],
    [{ pragma: 'no-cache' }, 2],
    [{ 'cache-control': 'max-age=5', age: '5' }, 2],
    [{ 'cache-control': 'max-age=5' }, 1],
    [{}, 1],
  ])('with %j are asked for twice of two: %i', async (headers, expected) => {
    await using server = await startServer(counting(headers as Record<string, string>))
    await using web = webFor([server])
    await web.text({ url: server.url }, PATIENT)
    await web.text({ url: server.url }, PATIENT)
    expect(server.requests).toHaveLength(expected)
  })

  it('are given up by size, the one longest unused first', async () => {
    await using server = await startServer((request, response) => response.end(`${request.url}`.padEnd(1000)))
    await using web = webFor([server], { playlistCache: { enabled: true, ttlSec: 60, maxBytes: 8000 } })
    const get = (path: string) => web.text({ url: `${server.url}${path}` }, PATIENT)
    for (const path of ['/1', '/2', '/3', '/1', '/4', '/1']) await get(path)
    expect(server.requests.map(({ url }) => url)).toEqual(['/1', '/2', '/3', '/4'])
    await get('/2')
    expect(server.requests).toHaveLength(5)
    expect(web.figures().playlists.bytes).toBeLessThanOrEqual(8000)
  })

  it('are not remembered when that is switched off', async () => {
    await using server = await startServer(counting())
    await using web = webFor([server], { playlistCache: { enabled: false, ttlSec: 60, maxBytes: 10_000 } })
    await web.text({ url: server.url }, PATIENT)
    await web.text({ url: server.url }, PATIENT)
    expect(server.requests).toHaveLength(2)
    expect(web.figures().playlists).toMatchObject({ enabled: false, hits: 0, entries: 0, bytes: 0 })
  })

  it('are never given to another identity', async () => {
    await using server = await startServer((request, response) =>
      response.end(`for ${request.headers.cookie ?? 'nobody'}`),
    )
    await using web = webFor([server])
    const as = async (cookie?: string, hosts = ['127.0.0.1']) => {
      const identity = cookie === undefined ? {} : { identity: { headers: { Cookie: cookie }, hosts } }
      return (await web.text({ url: server.url, ...identity }, PATIENT)).text
    }
    expect(await Promise.all([as('a'), as('b'), as(), as('a', []), as('a')])).toEqual([
      'for a',
      'for b',
      'for nobody',
      'for nobody',
      'for a',
    ])
    expect(server.requests).toHaveLength(4)
  })

  it('are fetched once for all who ask at the same time', async () => {
    await using server = await startServer(counting({}, 30))
    await using web = webFor([server])
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) => web.text({ url: server.url, fresh: n > 10 }, PATIENT)),
    )
    expect(new Set(all.map(({ text }) => text)).size).toBe(1)
    expect(server.requests).toHaveLength(1)
  })

  it('are fetched to their end when one of two gives up, and not when both do', async () => {
    let broken = 0
    await using server = await startServer((_, response) => {
      response.on('close', () => {
        if (!response.writableEnded) broken++
      })
      response.write('#EXT')
      setTimeout(() => response.end('M3U'), 100)
    })
    await using web = webFor([server])
    const gone = web.text({ url: server.url, fresh: true }, AbortSignal.timeout(30))
    const stays = web.text({ url: server.url, fresh: true }, PATIENT)
    await expect(gone).rejects.toMatchObject({ name: 'TimeoutError' })
    expect((await stays).text).toBe('#EXTM3U')
    const both = [20, 30].map((ms) => web.text({ url: server.url, fresh: true }, AbortSignal.timeout(ms)))
    await Promise.allSettled(both)
    expect((await web.text({ url: server.url, fresh: true }, PATIENT)).text).toBe('#EXTM3U')
    expect([server.requests.length, broken]).toEqual([3, 1])
  })

  it('are asked for packed, and keep their byte order mark', async () => {
    await using server = await startServer((request, response) => {
      expect(request.headers['accept-encoding']).toBe('gzip')
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('\ufeff#EXTM3U'))
    })
    await using web = webFor([server])
    expect((await web.text({ url: server.url }, PATIENT)).text).toBe('\ufeff#EXTM3U')
  })

  it.each([
    [404, {}, { code: 'remote-refused', status: 404, retry: 'never', retryAfterMs: null }],
    [403, {}, { code: 'remote-refused', status: 403, retry: 'never' }],
    [304, {}, { code: 'remote-refused', status: 304 }],
    [503, { 'retry-after': '7' }, { code: 'remote-refused', status: 503, retry: 'sometimes', retryAfterMs: 7000 }],
    [429, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, { status: 429, retry: 'sometimes', retryAfterMs: 0 }],
    [500, { 'retry-after': 'soon' }, { status: 500, retryAfterMs: null }],
  ])('with status %i are refusals, not remembered', async (status, headers, failure) => {
    await using server = await startServer((_, response) =>
      response.writeHead(status, headers as Record<string, string>).end(),
    )
    await using web = webFor([server])
    await expect(web.text({ url: server.url }, PATIENT)).rejects.toMatchObject(failure)
    await expect(web.text({ url: server.url }, PATIENT)).rejects.toMatchObject(failure)
    expect(server.requests).toHaveLength(2)
  })

  it('are bounded, also when the caller gives no bound', async () => {
    await using server = await startServer((_, response) => response.end('x'.repeat(9_000_000)))
    await using web = webFor([server])
    const failure = { code: 'answer-too-large' }
    await expect(web.text({ url: server.url }, PATIENT)).rejects.toMatchObject(failure)
    await expect(web.text({ url: server.url, maxBytes: 10 }, PATIENT)).rejects.toMatchObject(failure)
    expect((await web.text({ url: server.url, maxBytes: 9_000_000 }, PATIENT)).text).toHaveLength(9_000_000)
  })
})
