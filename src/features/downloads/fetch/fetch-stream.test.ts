import { readFile, stat } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import {
  ProtectedMediaError,
  RemoteBrokenError,
  RemoteRefusedError,
  RemoteUnreachableError,
  SegmentMissingError,
} from '#domain/errors.ts'
import { downloadStream, type FetchLab, openFetchLab } from '#test/support/fetch-lab.ts'
import { playlist, resource } from '#test/support/origin/answer.ts'
import { pseudoRandomBytes } from '#test/support/origin/body.ts'
import { encryptSegment } from '#test/support/origin/encrypt.ts'
import type { Fault } from '#test/support/origin/fault.ts'
import { encryptedMap, protectedStream, rotatingKeys } from '#test/support/origin/streams/encrypted.ts'
import { expiringTokens } from '#test/support/origin/streams/expiring.ts'
import { liveStream } from '#test/support/origin/streams/live.ts'
import { byteRanges, interleavedRanges } from '#test/support/origin/streams/ranges.ts'
import { fmp4Stream, gaps, missingSegment, severalMaps, tsStream } from '#test/support/origin/streams/simple.ts'
import { syntheticStream } from '#test/support/origin/streams/synthetic.ts'

const SEGMENT = /\/segment-\d+\.\w+$/

describe('fetchStream: whole streams', () => {
  it.each([
    ['MPEG-TS', tsStream],
    ['fragmented MP4', fmp4Stream],
    ['several init sections', severalMaps],
    ['keys that change', rotatingKeys],
    ['an encrypted init section', (origin: FetchLab['origin']) => encryptedMap(origin, 'encrypted')],
    ['a clear init section before encrypted segments', (origin: FetchLab['origin']) => encryptedMap(origin, 'clear')],
    ['byte ranges', (origin: FetchLab['origin']) => byteRanges(origin, { offsets: 'implicit' })],
    [
      'byte ranges beyond 4 GiB',
      (origin: FetchLab['origin']) => byteRanges(origin, { offsets: 'explicit', base: 5e9 }),
    ],
    [
      'ranges that the server ignores',
      (origin: FetchLab['origin']) => byteRanges(origin, { offsets: 'explicit', ranges: false }),
    ],
    ['ranges of two files', interleavedRanges],
    ['addresses that expire (403)', (origin: FetchLab['origin']) => expiringTokens(origin)],
    ['addresses that expire (410)', (origin: FetchLab['origin']) => expiringTokens(origin, { status: 410 })],
  ])('gives the exact bytes of %s', async (_name, publish) => {
    await using lab = await openFetchLab()
    const { url, renditions } = await publish(lab.origin)
    const { joined, gaps, path } = await downloadStream(lab, url)
    expect(joined).toEqual({ sha256: renditions.main.sha256, byteLength: renditions.main.byteLength })
    expect([gaps, (await stat(path)).size]).toEqual([[], joined.byteLength])
  })

  it('fetches keys and init sections once', async () => {
    await using lab = await openFetchLab()
    await downloadStream(lab, (await rotatingKeys(lab.origin)).url, { id: 'a' })
    await downloadStream(lab, (await severalMaps(lab.origin)).url, { id: 'b' })
    const counts = new Map<string, number>()
    for (const { path } of lab.origin.journal.of(/key|init/)) counts.set(path, (counts.get(path) ?? 0) + 1)
    expect([...counts.values()]).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('asks for no more while many segments cannot be made safe: a kill would cost them', async () => {
    await using lab = await openFetchLab()
    const disk = Promise.withResolvers<void>()
    holdCommits(lab, disk.promise)
    const { url, renditions } = syntheticStream(lab.origin, { segments: 60, segmentBytes: 50_000 })
    const downloading = downloadStream(lab, url, { connections: 4 })
    const asked = () => lab.origin.journal.of(SEGMENT).length
    await vi.waitFor(() => expect(asked()).toBe(8), { timeout: 10_000 })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(asked()).toBe(8)
    disk.resolve()
    expect((await downloading).joined.sha256).toBe(renditions.main.sha256)
  })

  it('leaves out what the playlist says is a gap, and tells it', async () => {
    await using lab = await openFetchLab()
    const { url, renditions } = await gaps(lab.origin)
    const result = await downloadStream(lab, url)
    expect(result.joined.sha256).toBe(renditions.main.sha256)
    expect(result.gaps).toMatchObject([{ rendition: 'main', msn: 102, count: 2 }])
    expect(result.log.at(-1)).toMatch(/2 segments are missing/)
  })

  it('does not store more than the part when the server sends everything', async () => {
    await using lab = await openFetchLab()
    const { url } = await byteRanges(lab.origin, { offsets: 'explicit', base: 1_000_000, ranges: false })
    const { segments } = await downloadStream(lab, url)
    const sizes = segments.get('main')?.map(({ byteLength }) => byteLength) ?? []
    expect(Math.max(...sizes)).toBeLessThan(1_000_000)
  })

  it('undoes gzip that nobody told of', async () => {
    await using lab = await openFetchLab()
    const texts = [1, 2, 3].map((seed) => Buffer.concat([Buffer.from([0x47]), pseudoRandomBytes(seed, 200_000)]))
    const url = publish(
      lab,
      texts.map((bytes) => gzipSync(bytes)),
    )
    await downloadStream(lab, url)
    expect(await readFile(`${lab.folder}/download.joined`)).toEqual(Buffer.concat(texts))
  })

  it('records a live stream to its end, and one that is told to finish as far as it is', async () => {
    await using lab = await openFetchLab()
    const live = await liveStream(lab.origin, { folder: '/live/', event: true, segments: 12, speed: 10 })
    expect((await downloadStream(lab, live.url)).joined.sha256).toBe(live.renditions.main.sha256)
    const other = await liveStream(lab.origin, { folder: '/other/', event: true, segments: 40, speed: 10 })
    const finishing = new AbortController()
    setTimeout(() => finishing.abort(), 300)
    const { segments, gaps } = await downloadStream(lab, other.url, { id: 'other', finishing: finishing.signal })
    expect(gaps).toEqual([])
    expect(segments.get('main')?.length).toBeGreaterThan(0)
    expect(segments.get('main')?.length).toBeLessThan(40)
  })

  it('reports how far it is, up to the end', async () => {
    await using lab = await openFetchLab()
    lab.origin.network.latencyMs = 100
    const { url } = syntheticStream(lab.origin, { segments: 40, segmentBytes: 50_000 })
    const { reports } = await downloadStream(lab, url, { connections: 4 })
    expect(reports.at(-1)).toMatchObject({ stage: 'download', percent: 100, bytes: 2_000_000, totalBytes: 2_000_000 })
    expect(reports.map(({ percent }) => percent)).toEqual(
      reports.map(({ percent }) => percent).toSorted((a, b) => a - b),
    )
    expect(reports.some(({ percent, secondsLeft }) => percent > 0 && percent < 100 && (secondsLeft ?? 0) > 0)).toBe(
      true,
    )
  })
})

describe('fetchStream: what goes wrong on the way', () => {
  const mended: readonly (readonly [string, Fault])[] = [
    ['answers 500', { kind: 'status', status: 500 }],
    ['answers 503', { kind: 'status', status: 503 }],
    ['is too busy for a moment', { kind: 'status', status: 429, retryAfter: '0' }],
    ['answers 404 once', { kind: 'status', status: 404 }],
    ['cuts the body', { kind: 'cut', share: 0.5 }],
    ['resets in the body', { kind: 'cut', share: 0.7, reset: true }],
    ['cuts a body without length', { kind: 'cut', share: 0.3, chunked: true }],
    ['stalls', { kind: 'stall', share: 0.4 }],
    ['is silent', { kind: 'silent' }],
    ['says too long a length', { kind: 'length', by: 1000 }],
    ['sends a page', { kind: 'html' }],
    ['sends nothing', { kind: 'empty' }],
    ['sends no HTTP', { kind: 'garbage' }],
    ['resets', { kind: 'reset' }],
    ['says gzip and is not', { kind: 'false-gzip' }],
  ]

  it.each(mended)('gets the exact bytes from a server that %s at first', async (_name, fault) => {
    await using lab = await openFetchLab()
    const { url, renditions } = syntheticStream(lab.origin, { segments: 12, segmentBytes: 120_000 })
    lab.origin.setFault({ path: SEGMENT, percent: 40, attempts: 1, fault })
    const { joined, log } = await downloadStream(lab, url)
    expect(joined.sha256).toBe(renditions.main.sha256)
    expect(log.filter((line) => line.includes('Again in')).length).toBeGreaterThan(0)
  })

  it.each([
    ['MPEG-TS', tsStream],
    ['fragmented MP4', fmp4Stream],
  ])('notices by the shape of %s that a length was told too short', async (_name, publish) => {
    await using lab = await openFetchLab()
    const { url, renditions } = await publish(lab.origin)
    const short = { path: /segment-[25]\.\w+$/, fault: { kind: 'length', by: -1000 } } as const
    lab.origin.setFault({ ...short, attempts: 1 })
    expect((await downloadStream(lab, url)).joined.sha256).toBe(renditions.main.sha256)
    lab.origin.clearFaults()
    lab.origin.setFault(short)
    const failing = downloadStream(lab, url, { id: 'again', settings: { tries: 2 } })
    await expect(failing).rejects.toMatchObject({ why: expect.stringMatching(/last (?:packet has|box lacks) \d+/) })
  })

  it.each([
    ['lies about the range', { kind: 'content-range', wrong: 'header' }],
    ['ignores the range', { kind: 'ignore-range' }],
  ] as const)('gets the exact bytes of byte ranges from a server that %s at first', async (_name, fault) => {
    await using lab = await openFetchLab()
    const { url, renditions } = await byteRanges(lab.origin, { offsets: 'explicit' })
    lab.origin.setFault({ path: /all\.mp4$/, percent: 50, times: 5, fault })
    expect((await downloadStream(lab, url)).joined.sha256).toBe(renditions.main.sha256)
  })

  it('goes on where it was cut when the server proves that it is the same, and from the start when not', async () => {
    await using lab = await openFetchLab()
    const bytes = pseudoRandomBytes(7, 400_000)
    for (const etag of ['"strong"', 'W/"weak"']) {
      lab.origin.clearFaults()
      lab.origin.journal.clear()
      const name = etag.startsWith('W') ? 'weak' : 'strong'
      lab.origin.put(`/${name}/segment-0.ts`, resource(bytes, 'video/mp2t', { etag }))
      const url = lab.origin.put(`/${name}/index.m3u8`, playlist(playlistOf(['segment-0.ts'])))
      lab.origin.setFault({ path: SEGMENT, attempts: 1, fault: { kind: 'cut', share: 0.5 } })
      await downloadStream(lab, url, { id: name })
      expect(await readFile(`${lab.folder}/${name}.joined`)).toEqual(bytes)
      const [, second] = lab.origin.journal.of(SEGMENT)
      expect(second?.range).toBe(name === 'strong' ? 'bytes=200000-' : null)
      expect(second?.headers['if-range']).toBe(name === 'strong' ? etag : undefined)
    }
  })

  it('waits as long as Retry-After says, all connections together', async () => {
    await using lab = await openFetchLab()
    const { url, renditions } = syntheticStream(lab.origin, { segments: 20, segmentBytes: 10_000 })
    lab.origin.setFault({
      path: /segment-3\.ts$/,
      attempts: 1,
      fault: { kind: 'status', status: 429, retryAfter: '1' },
    })
    const { joined } = await downloadStream(lab, url)
    expect(joined.sha256).toBe(renditions.main.sha256)
    const [first, again] = lab.origin.journal.of(/segment-3\.ts$/)
    expect((again?.startedMs ?? 0) - (first?.endedMs ?? 0)).toBeGreaterThanOrEqual(990)
    const duringPause = lab.origin.requests.filter(
      ({ startedMs }) => startedMs > (first?.endedMs ?? 0) + 200 && startedMs < (again?.startedMs ?? 0) - 200,
    )
    expect(duringPause).toEqual([])
  })

  it('uses fewer connections where the server has enough', async () => {
    await using lab = await openFetchLab()
    const { url, renditions } = syntheticStream(lab.origin, { segments: 60, segmentBytes: 50_000 })
    lab.origin.network.latencyMs = 20
    lab.origin.network.busy = { above: 6, status: 503 }
    const { joined, log } = await downloadStream(lab, url, { settings: { tries: 50 } })
    expect(joined.sha256).toBe(renditions.main.sha256)
    expect(log.some((line) => /connections?: the server answered 503/.test(line))).toBe(true)
  })

  it('never opens more connections than the governor allows, also when it changes its mind', async () => {
    await using lab = await openFetchLab()
    const { url } = syntheticStream(lab.origin, { segments: 60, segmentBytes: 20_000 })
    lab.origin.network.latencyMs = 15
    const governor = { connections: 6, onChange: (_: () => void) => () => {} }
    let change = () => {}
    governor.onChange = (listener) => {
      change = listener
      return () => {}
    }
    const late = setTimeout(() => {
      governor.connections = 2
      change()
      setTimeout(() => lab.origin.journal.clear(), 100)
    }, 100)
    await downloadStream(lab, url, { governor })
    clearTimeout(late)
    expect(lab.origin.figures.mostRequests).toBeLessThanOrEqual(2)
  })

  it('stops when it is told to, at once, and goes on later without fetching anything again', async () => {
    await using lab = await openFetchLab()
    const { url, renditions } = syntheticStream(lab.origin, { segments: 40, segmentBytes: 30_000 })
    lab.origin.network.latencyMs = 30
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 250)
    await expect(downloadStream(lab, url, { signal: stop.signal, connections: 2 })).rejects.toThrow('enough')
    await using recording = await lab.recordings.open('download')
    const there = recording.segments.get('main')?.map(({ uriPath }) => uriPath.split('/').at(-1)) ?? []
    expect(there.length).toBeGreaterThan(0)
    lab.origin.journal.clear()
    lab.origin.network.latencyMs = 0
    expect((await downloadStream(lab, url)).joined.sha256).toBe(renditions.main.sha256)
    const asked = new Set(lab.origin.journal.of(SEGMENT).map(({ path }) => path.split('/').at(-1)))
    expect(there.filter((name) => asked.has(name))).toEqual([])
  })

  it('fetches nothing when everything is there', async () => {
    await using lab = await openFetchLab()
    const { url, renditions } = await missingAllowed(lab)
    lab.origin.journal.clear()
    const again = await downloadStream(lab, url, { allowGaps: true })
    expect([again.joined.sha256, again.gaps.length]).toEqual([renditions.main.sha256, 1])
    expect(lab.origin.journal.of(SEGMENT)).toEqual([])
  })
})

describe('fetchStream: what cannot be had', () => {
  it('names a missing segment: its number, its time, its address without what is secret', async () => {
    await using lab = await openFetchLab()
    const { url } = await missingSegment(lab.origin)
    const failing = downloadStream(lab, url)
    await expect(failing).rejects.toBeInstanceOf(SegmentMissingError)
    await expect(failing).rejects.toThrow(
      /^Segment \d+ of main at 0:\d\d \(http:\/\/127\.0\.0\.1:\d+\/missing\/[\w-]+\.ts\) is missing\.$/,
    )
  })

  it('goes on without it when gaps are allowed, and tells the gap', async () => {
    await using lab = await openFetchLab()
    const { gaps, joined, renditions } = await missingAllowed(lab)
    expect(joined.sha256).toBe(renditions.main.sha256)
    expect(gaps).toMatchObject([{ rendition: 'main', count: 1, why: 'The server does not have it (404).' }])
  })

  it('does not make a gap of a network that is gone', async () => {
    await using lab = await openFetchLab()
    const { url } = syntheticStream(lab.origin, { segments: 5, segmentBytes: 1000 })
    lab.origin.setFault({ path: SEGMENT, fault: { kind: 'reset' } })
    await expect(downloadStream(lab, url, { allowGaps: true })).rejects.toBeInstanceOf(RemoteUnreachableError)
  })

  const failing: readonly (readonly [string, Fault, new (...args: never[]) => Error])[] = [
    ['always cuts', { kind: 'cut', share: 0.5 }, RemoteBrokenError],
    ['always stalls', { kind: 'stall', share: 0.5 }, RemoteBrokenError],
    ['always sends a page', { kind: 'html' }, RemoteBrokenError],
    ['always sends nothing', { kind: 'empty' }, RemoteBrokenError],
    ['always answers 500', { kind: 'status', status: 500 }, RemoteRefusedError],
    ['forbids', { kind: 'status', status: 403 }, RemoteRefusedError],
    ['wants to be left alone for an hour', { kind: 'status', status: 429, retryAfter: '3600' }, RemoteRefusedError],
    ['is always silent', { kind: 'silent' }, RemoteUnreachableError],
  ]

  it.each(failing)('fails by name with a server that %s', async (_name, fault, error) => {
    await using lab = await openFetchLab()
    const { url } = syntheticStream(lab.origin, { segments: 6, segmentBytes: 20_000 })
    lab.origin.setFault({ path: /segment-4\.ts$/, fault })
    const result = downloadStream(lab, url, { settings: { tries: 2 } })
    await expect(result).rejects.toBeInstanceOf(error)
    await expect(result).rejects.toThrow(/^Segment 4 of main at 0:08/)
  })

  it.each(['short-key', 'key-missing'] as const)('refuses a stream whose key is not given (%s)', async (how) => {
    await using lab = await openFetchLab()
    const { url } = await protectedStream(lab.origin, how)
    await expect(downloadStream(lab, url)).rejects.toBeInstanceOf(ProtectedMediaError)
  })

  it('says that it does not decrypt when the key is another one', async () => {
    await using lab = await openFetchLab()
    const [key, other, iv] = [1, 2, 3].map((seed) => pseudoRandomBytes(seed, 16)) as [Buffer, Buffer, Buffer]
    lab.origin.put('/wrong/key.bin', resource(other, 'application/octet-stream'))
    lab.origin.put('/wrong/segment-0.ts', resource(encryptSegment(pseudoRandomBytes(9, 50_000), key, iv), 'video/mp2t'))
    const keyLine = `#EXT-X-KEY:METHOD=AES-128,URI="key.bin",IV=0x${iv.toString('hex')}`
    const url = lab.origin.put('/wrong/index.m3u8', playlist(playlistOf(['segment-0.ts'], keyLine)))
    await expect(downloadStream(lab, url)).rejects.toMatchObject({ why: expect.stringContaining('padding is wrong') })
  })
})

async function missingAllowed(lab: FetchLab) {
  const { url, renditions } = await missingSegment(lab.origin)
  return { url, renditions, ...(await downloadStream(lab, url, { allowGaps: true })) }
}

function publish(lab: FetchLab, bodies: readonly Buffer[]): string {
  for (const [index, body] of bodies.entries()) lab.origin.put(`/own/segment-${index}.ts`, resource(body, 'video/mp2t'))
  return lab.origin.put('/own/index.m3u8', playlist(playlistOf(bodies.map((_, index) => `segment-${index}.ts`))))
}

function playlistOf(names: readonly string[], ...head: readonly string[]): string {
  const lines = names.flatMap((name) => ['#EXTINF:2,', name])
  return ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:2', ...head, ...lines, '#EXT-X-ENDLIST', ''].join('\n')
}

/** A disk that makes nothing safe before then. */
function holdCommits({ recordings }: FetchLab, until: Promise<void>): void {
  const open = recordings.open.bind(recordings)
  recordings.open = async (...args) => {
    const recording = await open(...args)
    const createFile = recording.createFile.bind(recording)
    recording.createFile = async () => {
      const file = await createFile()
      const commit = file.commit.bind(file)
      file.commit = async (what) => {
        await until
        await commit(what)
      }
      return file
    }
    return recording
  }
}
