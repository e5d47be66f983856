import { connect } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FILM_ID } from '#features/playback/film.test-support.ts'
import { parsePlaylist } from '#lib/hls/parse-playlist.ts'
import { type Answer, startServer, type TestServer, usualFilm } from '../http.test-support.ts'

const film = usualFilm()
const segment = film.segments.find(({ trackId, index }) => trackId.endsWith('v0') && index === 1)
const bytes = film.bytesOf(segment as NonNullable<typeof segment>)
const LENGTH = bytes.byteLength
const ETAG = `"${segment?.slices[0]?.sha256}"`
const SEGMENT = `/segment/${FILM_ID}/v0-00001.m4s`
let server: TestServer

beforeAll(async () => {
  server = await startServer(film)
})
afterAll(() => server.close())

type Expected = [status: number, first?: number, last?: number]
const CASES: [name: string, headers: Record<string, string>, expected: Expected][] = [
  ['nothing', {}, [200, 0, LENGTH - 1]],
  ['0-', { range: 'bytes=0-' }, [206, 0, LENGTH - 1]],
  ['0-0', { range: 'bytes=0-0' }, [206, 0, 0]],
  ['n-m', { range: 'bytes=1000-1999' }, [206, 1000, 1999]],
  ['n-', { range: 'bytes=299990-' }, [206, 299_990, LENGTH - 1]],
  ['-n', { range: 'bytes=-10' }, [206, LENGTH - 10, LENGTH - 1]],
  ['-n longer than all', { range: 'bytes=-9999999' }, [206, 0, LENGTH - 1]],
  ['m beyond the end', { range: 'bytes=5-99999999' }, [206, 5, LENGTH - 1]],
  ['n beyond the end', { range: `bytes=${LENGTH}-` }, [416]],
  ['-0', { range: 'bytes=-0' }, [416]],
  ['several', { range: 'bytes=0-1,4-5' }, [200, 0, LENGTH - 1]],
  ['many', { range: `bytes=${'0-,'.repeat(500)}0-` }, [200, 0, LENGTH - 1]],
  ['backwards', { range: 'bytes=9-2' }, [200, 0, LENGTH - 1]],
  ['no number', { range: 'bytes=a-b' }, [200, 0, LENGTH - 1]],
  ['other unit', { range: 'items=0-1' }, [200, 0, LENGTH - 1]],
  ['If-Range same', { range: 'bytes=0-9', 'if-range': ETAG }, [206, 0, 9]],
  ['If-Range other', { range: 'bytes=0-9', 'if-range': '"x"' }, [200, 0, LENGTH - 1]],
  ['If-Range weak', { range: 'bytes=0-9', 'if-range': `W/${ETAG}` }, [200, 0, LENGTH - 1]],
  ['If-None-Match same', { 'if-none-match': ETAG }, [304]],
  ['If-None-Match weak', { 'if-none-match': `W/${ETAG}` }, [304]],
  ['If-None-Match *', { 'if-none-match': '*' }, [304]],
  ['If-None-Match list', { 'if-none-match': `"a", ${ETAG}` }, [304]],
  ['If-None-Match other', { 'if-none-match': '"a"' }, [200, 0, LENGTH - 1]],
  ['If-None-Match before Range', { 'if-none-match': ETAG, range: 'bytes=0-9' }, [304]],
  ['If-Match same', { 'if-match': ETAG }, [200, 0, LENGTH - 1]],
  ['If-Match other', { 'if-match': '"a"' }, [412]],
  ['If-Match other with Range', { 'if-match': '"a"', range: 'bytes=0-9' }, [412]],
]

describe.each(['cold', 'warm'])('a %s segment', (temperature) => {
  describe.each(['GET', 'HEAD'])('by %s', (method) => {
    it.each(CASES)('with %s', async (_name, headers, expected) => {
      if (temperature === 'cold') await server.ask('/cache/clear', { method: 'POST' })
      expectAnswer(await server.ask(SEGMENT, { method, headers }), method, expected)
    })
  })
})

function expectAnswer(answer: Answer, method: string, [status, first = 0, last = -1]: Expected): void {
  expect(answer.status).toBe(status)
  expect(answer.headers).toMatchObject(headersFor(status, first, last))
  if (status >= 400) return
  const part = status === 304 ? Buffer.alloc(0) : bytes.subarray(first, last + 1)
  expect(answer.headers['content-length']).toBe(status === 304 ? undefined : String(part.byteLength))
  expect(answer.body.equals(method === 'HEAD' ? Buffer.alloc(0) : part)).toBe(true)
}

function headersFor(status: number, first: number, last: number) {
  const cached = { etag: ETAG, 'cache-control': expect.stringContaining('immutable') }
  const whole = { ...cached, 'accept-ranges': 'bytes', 'content-type': 'video/mp4' }
  if (status === 200) return whole
  if (status === 206) return { ...whole, 'content-range': `bytes ${first}-${last}/${LENGTH}` }
  if (status === 304) return cached
  const problem = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' }
  return status === 416 ? { ...problem, 'content-range': `bytes */${LENGTH}` } : problem
}

describe('playlists', () => {
  const VOD = `/playlist/local/${FILM_ID}/v0.m3u8`

  it('lead from the multivariant playlist to every byte, by relative addresses', async () => {
    for (const reach of ['local', 'public']) {
      const url = `${server.url}/playlist/${reach}/${FILM_ID}.m3u8`
      const answer = await server.ask(new URL(url).pathname)
      expect(answer.headers).toMatchObject({
        'content-type': 'application/vnd.apple.mpegurl',
        'access-control-allow-origin': '*',
        'cache-control': 'no-cache',
      })
      const top = parsePlaylist(answer.body.toString(), url)
      if (top.kind !== 'multivariant') throw new Error('not multivariant')
      expect(top.violations).toEqual([])
      const lists = [...top.variants, ...top.renditions].map((each) => each.url ?? '')
      expect(lists).toHaveLength(4)
      for (const list of lists) await playThrough(list)
    }
  })

  async function playThrough(list: string): Promise<void> {
    const media = parsePlaylist((await server.ask(new URL(list).pathname)).body.toString(), list)
    if (media.kind !== 'media') throw new Error('not media')
    expect(media.violations).toEqual([])
    expect(media.segments).toHaveLength(3)
    const addresses = media.segments.flatMap(({ url, map }) => [url ?? '', ...(map?.url ? [map.url] : [])])
    for (const address of addresses) expect((await server.ask(new URL(address).pathname)).status).toBe(200)
  }

  it('come ready-made in each encoding with a strong tag of its own', async () => {
    const long = usualFilm()
    long.addSegments(long.tracks[0] as NonNullable<(typeof long.tracks)[0]>, 200, 10)
    await using other = await startServer(long)
    const plain = await other.ask(VOD)
    const gzip = await other.ask(VOD, { headers: { 'accept-encoding': 'gzip' } })
    const br = await other.ask(VOD, { headers: { 'accept-encoding': 'gzip, deflate, br' } })
    const refused = await other.ask(VOD, { headers: { 'accept-encoding': 'br;q=0, gzip;q=0.5' } })
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true)
    expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true)
    expect(refused.headers['content-encoding']).toBe('gzip')
    for (const each of [plain, gzip, br]) expect(each.headers.vary).toBe('accept-encoding')
    expect(new Set([plain, gzip, br].map(({ headers }) => headers.etag)).size).toBe(3)
    const headers = { 'accept-encoding': 'br', 'if-none-match': br.headers.etag ?? '' }
    const again = await other.ask(VOD, { headers })
    expect([again.status, again.body.length]).toEqual([304, 0])
    expect((await other.ask(VOD, { headers: { 'if-none-match': br.headers.etag ?? '' } })).status).toBe(200)
  })

  it('answer VLC, which asks for them by range', async () => {
    const answer = await server.ask(VOD, { headers: { range: 'bytes=0-' } })
    expect(answer.status).toBe(206)
    expect(answer.headers['content-range']).toBe(`bytes 0-${answer.body.length - 1}/${answer.body.length}`)
  })

  it('grow while the video is ingested and end as VOD, each state with its own tag', async () => {
    const growing = usualFilm()
    growing.video = { ...growing.video, state: 'ingesting' }
    await using other = await startServer(growing)
    const tags = new Set<string | undefined>()
    const look = async () => {
      other.emit({ kind: 'video-changed', videoId: FILM_ID })
      const answer = await other.ask(VOD)
      tags.add(answer.headers.etag)
      expect(answer.headers['cache-control']).toBe('no-cache')
      return answer.body.toString()
    }
    const first = await look()
    for (const track of growing.tracks.slice(0, 3)) growing.addSegments(track, 1)
    const second = await look()
    expect(second.startsWith(first)).toBe(true)
    expect(second).not.toContain('ENDLIST')
    growing.video = { ...growing.video, state: 'ready' }
    const last = await look()
    expect(last).toContain('#EXT-X-PLAYLIST-TYPE:VOD')
    expect(last.trimEnd().endsWith('#EXT-X-ENDLIST')).toBe(true)
    expect(tags.size).toBe(3)
  })

  it('say when there is nothing to play yet, and when there never will be', async () => {
    const empty = usualFilm()
    empty.segments = []
    empty.video = { ...empty.video, state: 'queued' }
    await using other = await startServer(empty)
    const waiting = await other.ask(VOD)
    expect(waiting.status).toBe(503)
    expect(waiting.headers['retry-after']).toBe('1')
    expect(JSON.parse(waiting.body.toString())).toMatchObject({ code: 'not-ready' })
    empty.video = { ...empty.video, state: 'failed' }
    other.emit({ kind: 'video-changed', videoId: FILM_ID })
    expect((await other.ask(VOD)).status).toBe(404)
  })
})

describe('media', () => {
  it('has the types, caching and permissions that players need', async () => {
    const expectations = [
      [`/segment/${FILM_ID}/v0-init.mp4`, 'video/mp4', /immutable/],
      [`/segment/${FILM_ID}/a1-00000.m4s`, 'audio/mp4', /immutable/],
      [`/segment/${FILM_ID}/s0-00000.vtt`, 'text/vtt; charset=utf-8', /no-cache/],
      [`/subtitle/${FILM_ID}/en.vtt`, 'text/vtt; charset=utf-8', /no-cache/],
      [`/subtitle/${FILM_ID}/en.srt`, 'application/x-subrip; charset=utf-8', /no-cache/],
      [`/subtitle/${FILM_ID}/s0.ass`, 'text/x-ssa; charset=utf-8', /no-cache/],
      [`/subtitles/${FILM_ID}`, 'application/json; charset=utf-8', /no-cache/],
      [`/poster/${FILM_ID}.jpg`, 'image/jpeg', /no-cache/],
      [`/links/${FILM_ID}.strm`, 'text/plain; charset=utf-8', /no-cache/],
    ] as const
    for (const [path, type, caching] of expectations) {
      const { status, headers } = await server.ask(path, { headers: { origin: 'https://player.example' } })
      expect([path, status, headers['content-type']]).toEqual([path, 200, type])
      expect(headers['cache-control']).toMatch(caching)
      expect(headers['access-control-allow-origin']).toBe('*')
      expect(headers['access-control-allow-credentials']).toBeUndefined()
      expect(headers['access-control-expose-headers']).toContain('content-range')
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers.etag).toMatch(/^"[\w-]+"$/)
    }
  })

  it('tells a browser on a foreign page that it may ask with Range', async () => {
    const headers = { origin: 'https://player.example', 'access-control-request-headers': 'range' }
    const answer = await server.ask(SEGMENT, { method: 'OPTIONS', headers })
    expect(answer.status).toBe(204)
    expect(answer.headers['access-control-allow-headers']).toContain('range')
  })

  it('can only be read', async () => {
    const answer = await server.ask(SEGMENT, { method: 'PUT', body: 'x' })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })

  it('offers originals as files to keep, under the name of the film', async () => {
    const { headers, body } = await server.ask(`/subtitle/${FILM_ID}/s0.ass`)
    expect(headers['content-disposition']).toBe('attachment; filename="Ein Film.en.ass"')
    expect(headers['content-security-policy']).toBe('sandbox')
    expect(body.toString()).toBe('[Script]')
  })

  it('makes a link file from the settings, whatever the Host header says', async () => {
    const config = { publicDomain: 'https://films.example.org/', forceHttps: true }
    await using other = await startServer(film, { config })
    const answer = await other.ask(`/links/${FILM_ID}.strm`, { headers: { host: '127.9.9.9' } })
    expect(answer.body.toString()).toBe(`https://films.example.org/playlist/public/${FILM_ID}.m3u8\n`)
    const local = await server.ask(`/links/${FILM_ID}.strm`)
    expect(local.body.toString()).toBe(`${server.url}/playlist/local/${FILM_ID}.m3u8\n`)
  })

  it('lists the subtitles with every file that can be fetched of them', async () => {
    const { subtitles } = JSON.parse((await server.ask(`/subtitles/${FILM_ID}`)).body.toString())
    expect(subtitles).toMatchObject([{ name: 's0', language: 'en', form: 'text', sidecar: false }])
    for (const { url } of subtitles[0].files) expect((await server.ask(url)).status).toBe(200)
    expect(subtitles[0].files.map(({ format }: { format: string }) => format)).toEqual(['ass', 'vtt', 'srt'])
  })
})

describe('a damaged slice', () => {
  it('never ends cleanly, however it is asked for, and is told in the log', async () => {
    const damaged = usualFilm()
    const at = (segment?.slices[0]?.offset ?? 0) + 250_000
    damaged.bytes = Buffer.from(film.bytes)
    damaged.segments = film.segments
    damaged.bytes[at] = (damaged.bytes[at] ?? 0) ^ 1
    await using other = await startServer(damaged)
    await expect(other.ask(SEGMENT)).rejects.toThrow()
    await expect(other.ask(SEGMENT, { headers: { range: 'bytes=0-200000' } })).rejects.toThrow()
    const one = await other.ask(SEGMENT, { headers: { range: 'bytes=7-7' } })
    expect(one.status).toBe(500)
    expect(JSON.parse(one.body.toString())).toMatchObject({ code: 'blob-damaged' })
    expect(other.events.some((event) => event.kind === 'note' && event.level === 'error')).toBe(true)
    expect((await other.ask(`/segment/${FILM_ID}/a0-00000.m4s`)).status).toBe(200)
    // A connection that stays open would leave the player waiting, or take the next answer for the rest of this one.
    const socket = connect(other.port, '127.0.0.1').on('error', () => undefined)
    socket.resume().write(`GET ${SEGMENT} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n`)
    await new Promise((resolve) => socket.once('close', resolve))
  })
})

describe('a cold segment', () => {
  it('is read once for a thousand readers', async () => {
    const cold = usualFilm()
    cold.beforeChunk = () => new Promise((resolve) => setTimeout(resolve, 20))
    await using other = await startServer(cold)
    const wanted = cold.bytesOf(cold.segments[2] as NonNullable<(typeof cold.segments)[0]>)
    const answers = await Promise.all(Array.from({ length: 1000 }, () => other.ask(SEGMENT)))
    expect(answers.every(({ status, body }) => status === 200 && body.equals(wanted))).toBe(true)
    expect(cold.storeReads).toBe(1)
  })

  it('is not read further when its only reader leaves', async () => {
    const cold = usualFilm()
    let chunks = 0
    cold.beforeChunk = () => {
      chunks++
      return new Promise((resolve) => setTimeout(resolve, 20))
    }
    await using other = await startServer(cold)
    const socket = connect(other.port, '127.0.0.1')
    socket.write(`GET ${SEGMENT} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    await new Promise((resolve) => socket.once('data', resolve))
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(chunks).toBeLessThan(5)
    expect((await other.ask(SEGMENT)).status).toBe(200)
  })
})
