import { get, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FILM_ID, portsOf, TestFilm } from '#features/playback/film.test-support.ts'
import { Playback, type PlaybackPorts } from '#features/playback/playback.ts'
import type { HttpConfig } from '../http-config.ts'
import { startServer, type TestServer } from '../http.test-support.ts'

const SEGMENT = `/segment/${FILM_ID}/v0-00001.m4s`

let film: TestFilm
let ports: PlaybackPorts
let server: TestServer

beforeEach(async () => {
  film = new TestFilm()
  film.addSegments(film.addVideo(), 4, 20_000)
  ports = portsOf(film)
  film.pack = { ...film.pack, byteLength: film.bytes.byteLength }
  await serve(ports)
})
afterEach(() => server.close())

/** The film from a store of whole blobs, or with whatever else is changed. */
async function serve(changed: PlaybackPorts, config: Partial<HttpConfig> = {}): Promise<void> {
  await server?.close()
  const playback = new Playback(changed, { preloadSegments: 0 })
  server = await startServer(film, { config, ports: { playback, cache: playback.cache } })
}

function wholeReads(giver?: string): PlaybackPorts {
  const get: PlaybackPorts['blobs']['get'] = (ref, options) => {
    if (giver) options?.onGiver?.(giver)
    return ports.blobs.get(ref, { range: { first: 0, last: film.bytes.byteLength - 1 }, ...options })
  }
  return { ...ports, blobs: { limits: { ...ports.blobs.limits, wholeReads: true }, get } }
}

const stats = async () => JSON.parse((await server.ask('/cache/stats')).body.toString())

describe('answers with segments', () => {
  it('say whether a cache had it, who gave it, and how long it took', async () => {
    const cold = await server.ask(SEGMENT)
    expect(cold.headers['x-cache']).toBe('MISS')
    expect(cold.headers['server-timing']).toMatch(/^wait;dur=\d+\.\d, from;desc="store"$/)
    expect(cold.headers['access-control-expose-headers']).toContain('x-cache')
    const warm = await server.ask(SEGMENT)
    expect(warm.headers['x-cache']).toBe('HIT-MEMORY')
    expect(warm.headers['server-timing']).toBeUndefined()
    const part = await server.ask(SEGMENT, { headers: { range: 'bytes=5-9' } })
    expect([part.status, part.headers['x-cache']]).toEqual([206, 'HIT-MEMORY'])
    expect(await stats()).toMatchObject({ hits: 2, misses: 1, memoryHits: 2, diskHits: 0, hitRate: 2 / 3 })
  })

  it('say when the disk had it', async () => {
    const onDisk = new Map(ports.cache.tiers().map(() => ['', new Uint8Array()]))
    const cache: typeof ports.cache = {
      ...ports.cache,
      get: () => undefined,
      has: (key) => onDisk.has(key),
      set: (key, { bytes }) => onDisk.set(key, bytes.slice()) === onDisk,
      load: async ({ sha256 }, into) => {
        into.set(onDisk.get(sha256) ?? [])
        return onDisk.has(sha256) ? { isKept: false } : undefined
      },
    }
    await serve({ ...ports, cache })
    await server.ask(SEGMENT)
    const again = await server.ask(SEGMENT)
    expect(again.headers['x-cache']).toBe('HIT-DISK')
    expect(again.headers['server-timing']).toMatch(/from;desc="disk cache"$/)
    expect(again.body.equals((await server.ask(SEGMENT)).body)).toBe(true)
    expect(await stats()).toMatchObject({ hits: 2, misses: 1, diskHits: 2 })
    expect(film.storeReads).toBe(1)
  })

  it('name the one who gave it, in words that are safe in a header', async () => {
    await serve(wholeReads('bot 3 "\\\r\nevil: 1'))
    expect((await server.ask(SEGMENT)).headers['server-timing']).toMatch(/^wait;dur=[\d.]+, from;desc="bot 3 evil: 1"$/)
  })

  it('count only what was sent', async () => {
    await server.ask(SEGMENT, { method: 'HEAD' })
    const { headers } = await server.ask(SEGMENT)
    const etag = { 'if-none-match': headers.etag ?? '' }
    const unchanged = await server.ask(SEGMENT, { headers: etag })
    expect([unchanged.status, unchanged.headers['x-cache']]).toEqual([304, undefined])
    expect(await stats()).toMatchObject({ hits: 0, misses: 1 })
  })
})

describe('a cold pack in a store of whole blobs', () => {
  it('is read once for a thousand viewers, and none gets an error', async () => {
    await serve(wholeReads())
    const answers = await Promise.all(Array.from({ length: 1000 }, () => server.ask(SEGMENT)))
    const bytes = film.bytesOf(film.segments.find(({ index }) => index === 1) as never)
    for (const answer of answers) expect(answer.status === 200 && answer.body.equals(bytes)).toBe(true)
    expect(film.storeReads).toBe(1)
    const figures = await stats()
    expect(figures.hits + figures.misses).toBe(1000)
  })

  it('answers the segments that follow from memory', async () => {
    await serve(wholeReads())
    await server.ask(SEGMENT)
    for (const index of [0, 2, 3]) {
      const next = await server.ask(`/segment/${FILM_ID}/v0-0000${index}.m4s`)
      expect(next.headers['x-cache']).toBe('HIT-MEMORY')
    }
    expect(film.storeReads).toBe(1)
  })
})

describe('memory that is used again', () => {
  it('never shows in an answer what belongs to another one, whoever leaves and whoever is slow', async () => {
    const track = film.addTrack('v1')
    // More than the system takes at once.
    film.addSegments(track, 4, 8_000_000)
    await serve({ ...ports, cache: { ...ports.cache, set: () => false, tiers: () => [] } })
    const large = film.segments.filter(({ trackId, index }) => trackId === track.id && index !== 'init')
    const url = (index: number) => `/segment/${FILM_ID}/v1-0000${index}.m4s`
    const expectRight = (index: number, body: Buffer) =>
      expect(body.equals(film.bytesOf(large[index] as never))).toBe(true)
    const slow = await Promise.all([0, 1].map((index) => pausedReader(server.url + url(index))))
    const gone = await pausedReader(server.url + url(2))
    gone.leave()
    for (let round = 0; round < 3; round++) {
      await Promise.all([0, 1, 2, 3].map(async (index) => expectRight(index, (await server.ask(url(index))).body)))
    }
    for (const [index, reader] of slow.entries()) expectRight(index, await reader.rest())
  })
})

/** Reads the head of the answer, and nothing more until it is told to. */
async function pausedReader(url: string) {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent: false }, resolve).once('error', reject)
  })
  return {
    leave: () => answer.destroy(),
    rest: async () => Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>)),
  }
}

describe('/cache', () => {
  it('tells of viewers, and forgets what it is told to', async () => {
    const agents = ['a player', 'another one', 'another one']
    for (const agent of agents) await server.ask(SEGMENT, { headers: { 'user-agent': agent } })
    expect(await stats()).toMatchObject({
      sessions: { active: 2, started: 2 },
      preloads: 0,
      items: 1,
      tiers: [{ kind: 'memory', items: 1, damaged: 0 }],
    })
    const cleared = await server.ask(`/cache/clear?video_id=${FILM_ID}`, { method: 'POST' })
    expect(JSON.parse(cleared.body.toString())).toMatchObject({ removedItems: 1 })
    expect((await server.ask(SEGMENT)).headers['x-cache']).toBe('MISS')
  })

  it('knows viewers behind a trusted proxy apart, and no others by what they say', async () => {
    const from = (address: string) => server.ask(SEGMENT, { headers: { 'x-forwarded-for': address } })
    for (const address of ['198.51.100.1', '198.51.100.2', '198.51.100.1']) await from(address)
    expect(await stats()).toMatchObject({ sessions: { started: 1 } })
    await serve(ports, { trustedProxies: ['127.0.0.1'] })
    for (const address of ['198.51.100.1', '198.51.100.2', '198.51.100.1']) await from(address)
    expect(await stats()).toMatchObject({ sessions: { active: 2, started: 2 } })
  })

  it('forgets a video that was removed', async () => {
    await server.ask(SEGMENT)
    server.emit({ kind: 'video-removed', videoId: FILM_ID })
    expect(await stats()).toMatchObject({ items: 0 })
  })
})
