import { createDecipheriv, createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MediaPlaylist } from '#lib/hls/media-playlist.ts'
import { parsePlaylist } from '#lib/hls/parse-playlist.ts'
import { type Origin, startOrigin } from '../start-origin.ts'
import type { RenditionTruth, StreamTruth } from '../truth.ts'
import { encryptedMap, rotatingKeys } from './encrypted.ts'
import { expiringTokens } from './expiring.ts'
import { liveStream } from './live.ts'
import { multivariant, variables } from './multivariant.ts'
import { plainFile } from './plain-file.ts'
import { byteRanges, interleavedRanges } from './ranges.ts'
import {
  compressed,
  discontinuities,
  fmp4Stream,
  gaps,
  redirected,
  severalMaps,
  tsStream,
  vodWithoutEnd,
} from './simple.ts'

let origin: Origin

beforeAll(async () => {
  origin = await startOrigin()
})
afterAll(() => origin[Symbol.asyncDispose]())

const FOUR_GIB = 2 ** 32

/** The simplest client that follows the standard: what it joins must be what the stream calls its truth. */
describe('streams of the origin', () => {
  it.each<[string, (origin: Origin) => Promise<StreamTruth>]>([
    ['MPEG-TS', tsStream],
    ['fragmented MP4', fmp4Stream],
    ['several init sections', severalMaps],
    ['discontinuities', discontinuities],
    ['gaps', gaps],
    ['VOD without ENDLIST', vodWithoutEnd],
    ['a compressed playlist', (at) => compressed(at, 'playlist')],
    ['compressed segments', (at) => compressed(at, 'segments')],
    ['segments that are compressed and do not say so', (at) => compressed(at, 'unlabelled')],
    ['redirects everywhere', redirected],
    ['keys that rotate', rotatingKeys],
    ['an encrypted init section', (at) => encryptedMap(at, 'encrypted')],
    ['a clear init section', (at) => encryptedMap(at, 'clear')],
    ['byte ranges', (at) => byteRanges(at, { offsets: 'explicit' })],
    ['byte ranges without offsets', (at) => byteRanges(at, { offsets: 'implicit' })],
    ['byte ranges beyond 4 GiB', (at) => byteRanges(at, { offsets: 'implicit', base: FOUR_GIB + 12_345 })],
    ['byte ranges of two files in turns', interleavedRanges],
  ])('%s: joined they are what was promised', async (_name, make) => {
    const { url, renditions } = await make(origin)
    expect(await download(url)).toMatchObject(withoutGaps(renditions.main))
  })

  it('variables lead to the same bytes', async () => {
    const { url, renditions } = await variables(origin)
    const [list] = await read(url)
    if (list.kind !== 'multivariant') throw new Error('no multivariant playlist')
    const media = list.variants[0]?.url ?? ''
    expect(media).toContain('token=s3cret')
    expect(await download(media, new Map([['where', 'variables']]))).toMatchObject(withoutGaps(renditions.main))
  })

  it('a multivariant playlist names every rendition', async () => {
    const { url, renditions } = await multivariant(origin)
    const [list] = await read(url)
    if (list.kind !== 'multivariant') throw new Error('no multivariant playlist')
    expect(list.violations.filter(({ severity }) => severity !== 'advice')).toEqual([])
    const urls = list.renditions.map((one) => one.url ?? '')
    const names = ['a0', 'a1', 's0', 's1'] as const
    for (const [index, name] of names.entries()) {
      expect(await download(urls[index] ?? ''), name).toMatchObject(withoutGaps(renditions[name] as RenditionTruth))
    }
    expect(await download(list.variants.at(-1)?.url ?? '')).toMatchObject(withoutGaps(renditions.main))
  })

  it('tokens expire, and a new load of the playlist makes new ones', async () => {
    const { url } = await expiringTokens(origin)
    const statuses: number[] = []
    const tokens = async () => (await media(url)).segments.map((segment) => segment.url ?? '')
    for (const address of await tokens()) statuses.push((await fetch(address)).status)
    expect(statuses).toEqual([200, 200, 200, 403, 403, 403, 403, 403])
    expect((await fetch((await tokens())[3] ?? '')).status).toBe(200)
  })

  it('a live window slides, jumps, begins anew and ends', async () => {
    const folder = '/live/'
    const live = await liveStream(origin, { folder, segments: 24, speed: 15, jump: { at: 8, lost: 3 }, restartAt: 18 })
    const seen = new Map<string, number>()
    for (let ended = false; !ended; await sleep(5)) {
      const list = await media(live.url)
      for (const { url, msn } of list.segments) seen.set(url ?? '', msn)
      ended = list.ended
    }
    const msns = [...seen.values()]
    expect(msns).toEqual([...range(0, 8), ...range(11, 18), ...range(0, 6)])
    const hash = createHash('sha256')
    for (const url of seen.keys()) hash.update(Buffer.from(await (await fetch(url)).arrayBuffer()))
    expect(live.renditions.main).toMatchObject({ sha256: hash.digest('hex'), gaps: [8, 9, 10], segmentCount: 24 })
  })

  it('a plain file changes its tag when told to', async () => {
    const { url } = plainFile(origin, { path: '/film.mp4', content: 1000, etag: 'changing' })
    const tags = [await fetch(url), await fetch(url)].map((answer) => answer.headers.get('etag'))
    expect(tags).toEqual(['"v1"', '"v2"'])
  })
})

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

function withoutGaps({ sha256, byteLength, segmentCount }: RenditionTruth) {
  return { sha256, byteLength, segmentCount }
}

async function read(url: string, imports = new Map<string, string>()) {
  const answer = await fetch(url)
  return [parsePlaylist(await answer.text(), answer.url, { imports })] as const
}

async function media(url: string, imports?: Map<string, string>): Promise<MediaPlaylist> {
  const [list] = await read(url, imports)
  if (list.kind !== 'media') throw new Error('no media playlist')
  return list
}

async function download(url: string, imports?: Map<string, string>) {
  const list = await media(url, imports)
  const hash = createHash('sha256')
  let [byteLength, init] = [0, '']
  const take = (bytes: Buffer) => {
    hash.update(bytes)
    byteLength += bytes.length
  }
  for (const { url: address, byteRange, keys, msn, gap, map } of list.segments) {
    if (gap) continue
    if (map && `${map.url} ${map.byteRange?.offset}` !== init) {
      init = `${map.url} ${map.byteRange?.offset}`
      take(await fetched(map.url, map.byteRange, map.keys[0], null))
    }
    take(await fetched(address, byteRange, keys[0], msn))
  }
  return { sha256: hash.digest('hex'), byteLength, segmentCount: list.segments.length }
}

type Segment = MediaPlaylist['segments'][number]

async function fetched(
  url: string | null,
  byteRange: Segment['byteRange'],
  key: Segment['keys'][number] | undefined,
  msn: number | null,
): Promise<Buffer> {
  const headers = byteRange
    ? { range: `bytes=${byteRange.offset}-${byteRange.offset + byteRange.length - 1}` }
    : ({} as Record<string, string>)
  const bytes = Buffer.from(await (await fetch(url ?? '', { headers })).arrayBuffer())
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  if (!key || key.method === 'NONE') return plain
  const secret = Buffer.from(await (await fetch(key.url ?? '')).arrayBuffer())
  const iv = key.iv ?? (msn ?? 0).toString(16).padStart(32, '0')
  const decipher = createDecipheriv('aes-128-cbc', secret, Buffer.from(iv, 'hex'))
  return Buffer.concat([decipher.update(plain), decipher.final()])
}
