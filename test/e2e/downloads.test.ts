import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CliDownload, downloadByCli } from '../support/download-by-cli.ts'
import { playlist, redirect, resource } from '../support/origin/answer.ts'
import { pooledBytes } from '../support/origin/body.ts'
import type { Fault, FaultRule } from '../support/origin/fault.ts'
import { type Origin, type OriginOptions, startOrigin } from '../support/origin/start-origin.ts'
import { encryptedMap, protectedStream, rotatingKeys } from '../support/origin/streams/encrypted.ts'
import { expiringTokens } from '../support/origin/streams/expiring.ts'
import { multivariant, variables } from '../support/origin/streams/multivariant.ts'
import { byteRanges, interleavedRanges } from '../support/origin/streams/ranges.ts'
import * as simple from '../support/origin/streams/simple.ts'
import { syntheticStream } from '../support/origin/streams/synthetic.ts'
import type { StreamTruth } from '../support/origin/truth.ts'

let folder: string
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-downloads-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const FOUR_GIB = 2 ** 32
const TOO_MANY_REDIRECTS = ['remote-broken', 'remote-refused', 'remote-unreachable', 'address-refused'] as const
const NO_PLAYLIST = ['playlist-unreadable', 'page-refused', 'tool-missing', 'not-media', 'remote-broken'] as const

type Stream = (origin: Origin) => StreamTruth | Promise<StreamTruth>

/** 24 segments of 60 KB. */
const many: Stream = (origin) => syntheticStream(origin, { segments: 24, segmentBytes: 60_000 })

describe.concurrent('a stream', () => {
  it.each<[string, Stream]>([
    ['of MPEG-TS', simple.tsStream],
    ['of fragmented MP4', simple.fmp4Stream],
    ['with several init sections', simple.severalMaps],
    ['with discontinuities', simple.discontinuities],
    ['of VOD without ENDLIST', simple.vodWithoutEnd],
    ['with a compressed playlist', (origin) => simple.compressed(origin, 'playlist')],
    ['with compressed segments', (origin) => simple.compressed(origin, 'segments')],
    ['with segments that are compressed and do not say so', (origin) => simple.compressed(origin, 'unlabelled')],
    ['with redirects everywhere', simple.redirected],
    ['with keys that rotate', rotatingKeys],
    ['with an encrypted init section', (origin) => encryptedMap(origin, 'encrypted')],
    ['with a clear init section and encrypted segments', (origin) => encryptedMap(origin, 'clear')],
    ['of byte ranges', (origin) => byteRanges(origin, { offsets: 'explicit' })],
    ['of byte ranges without offsets', (origin) => byteRanges(origin, { offsets: 'implicit' })],
    ['of byte ranges beyond 4 GiB', (origin) => byteRanges(origin, { offsets: 'implicit', base: FOUR_GIB + 12_345 })],
    ['of byte ranges whose server knows none', (origin) => byteRanges(origin, { offsets: 'explicit', ranges: false })],
    ['of byte ranges of two files in turns', interleavedRanges],
    ['with variables of three kinds', variables],
    ['whose addresses expire with 403', (origin) => expiringTokens(origin, { status: 403 })],
    ['whose addresses expire with 410', (origin) => expiringTokens(origin, { status: 410 })],
  ])('%s comes byte for byte', async (_name, make) => {
    await using origin = await startOrigin()
    await expectExact(origin, await make(origin))
  })

  it('with gaps that it names comes without them, and they are told', async () => {
    await using origin = await startOrigin()
    const stream = await simple.gaps(origin)
    const done = await download(origin, stream.url, '--allow-gaps')
    expect(done.code, done.stderr).toBe(3)
    expect(done.summary).toMatchObject({ state: 'gaps', gaps: [{ rendition: 'main', msn: 102, count: 2 }] })
    expect(done.sha256).toBe(stream.renditions.main.sha256)
    expect(origin.journal.of(/segment-10[23]/)).toEqual([])
  })

  it('of which a segment is missing fails by its number, or goes on with a gap when that is allowed', async () => {
    await using origin = await startOrigin()
    const stream = await simple.missingSegment(origin)
    const failed = await download(origin, stream.url)
    expect([failed.code, failed.error?.code], failed.stderr).toEqual([6, 'segment-missing'])
    expect(failed.error?.message).toMatch(/\b4\b/)
    expect(failed.sha256).toBeNull()
    const done = await download(origin, stream.url, '--allow-gaps')
    expect([done.code, done.summary?.gaps[0]?.msn, done.summary?.gaps[0]?.count], done.stderr).toEqual([3, 4, 1])
    expect(done.sha256).toBe(stream.renditions.main.sha256)
  })

  it('of which a byte range cannot be read is never fetched whole: it fails by its line, or has a gap', async () => {
    await using origin = await startOrigin()
    const stream = await byteRanges(origin, { offsets: 'explicit', garbled: 2 })
    const failed = await download(origin, stream.url)
    expect([failed.code, failed.error?.code], failed.stderr).toEqual([6, 'segment-missing'])
    expect(origin.journal.of(/all\.mp4/)).toEqual([])
    const done = await download(origin, stream.url, '--allow-gaps')
    expect([done.code, done.summary?.gaps], done.stderr).toMatchObject([3, [{ msn: 2, count: 1 }]])
    expect(done.sha256).toBe(stream.renditions.main.sha256)
    expect(origin.journal.of(/all\.mp4/).every(({ range }) => range !== null)).toBe(true)
  })

  it('with separate sound and subtitles becomes one file with all of them', async () => {
    await using origin = await startOrigin()
    const { url } = await multivariant(origin)
    const output = join(folder, 'all.mkv')
    const done = await downloadByCli(url, { dataDir: folder, output, allow: origin.hostPort })
    expect(done.code, done.stderr).toBe(0)
    const entries = ['-show_entries', 'stream=codec_type,height:stream_tags=language', '-of', 'json']
    const { streams } = JSON.parse(execFileSync('ffprobe', ['-v', 'error', ...entries, output], { encoding: 'utf8' }))
    const found = (streams as { codec_type: string; height?: number; tags?: { language?: string } }[]).map(
      ({ codec_type, height, tags }) =>
        `${codec_type} ${codec_type === 'video' ? height : tags?.language?.replace('deu', 'ger')}`,
    )
    expect(found.sort()).toEqual(['audio eng', 'audio ger', 'subtitle eng', 'subtitle ger', 'video 360'])
  })

  it.each([
    ['SAMPLE-AES', 'sample-aes', ['protected-media']],
    ['a scheme of DRM', 'drm', ['protected-media']],
    ['a method that nobody knows', 'unknown', ['protected-media']],
    ['a key of ten bytes', 'short-key', ['protected-media', 'remote-broken', 'segment-missing']],
    ['a key that is not there', 'key-missing', ['protected-media', 'remote-refused', 'segment-missing']],
  ] as const)('protected by %s is refused by name, and leaves no file', async (_name, how, codes) => {
    await using origin = await startOrigin()
    await expectRefused(origin, (await protectedStream(origin, how)).url, codes)
  })
})

describe.concurrent('a server', () => {
  it.each<[string, FaultRule]>([
    ['fails on one of ten', { percent: 10, fault: { kind: 'status', status: 503 } }],
    ['fails the first time', { attempts: 1, percent: 30, fault: { kind: 'status', status: 500 } }],
    ['wishes to be asked later', { times: 2, fault: { kind: 'status', status: 503, retryAfter: '1' } }],
    ['has too many requests', { times: 3, fault: { kind: 'status', status: 429, retryAfter: '1' } }],
    ['cuts one of twenty in the middle', { percent: 5, fault: { kind: 'cut', share: 0.5 } }],
    ['cuts before the first byte', { attempts: 1, percent: 20, fault: { kind: 'cut', share: 0 } }],
    ['cuts with a reset', { attempts: 1, percent: 20, fault: { kind: 'cut', share: 0.7, reset: true } }],
    ['cuts answers without length', { attempts: 1, percent: 20, fault: { kind: 'cut', share: 0.5, chunked: true } }],
    ['stalls for ever in the middle', { times: 1, fault: { kind: 'stall', share: 0.5 } }],
    ['does not even begin to answer', { times: 1, fault: { kind: 'silent' } }],
    ['drips', { times: 1, fault: { kind: 'drip', bytesPerSec: 50 } }],
    ['announces more than it sends', { attempts: 1, percent: 20, fault: { kind: 'length', by: 100 } }],
    ['resets connections', { attempts: 1, percent: 20, fault: { kind: 'reset' } }],
    ['answers what is no HTTP', { times: 2, fault: { kind: 'garbage' } }],
    ['says gzip and sends none', { times: 2, fault: { kind: 'false-gzip' } }],
    ['answers with a page', { times: 1, fault: { kind: 'html' } }],
    ['answers with nothing', { times: 1, fault: { kind: 'empty' } }],
  ])('that %s: the stream still comes byte for byte', async (_name, rule) => {
    await using origin = await startOrigin()
    const stream = await many(origin)
    origin.setFault({ path: /segment/, ...rule })
    await expectExact(origin, stream)
    // Else nothing was tested.
    expect(origin.requests.some(({ fault }) => fault === rule.fault.kind)).toBe(true)
  })

  it.each<[string, Fault, readonly string[]]>([
    ['announces more than it sends', { kind: 'length', by: 100 }, ['remote-broken', 'segment-missing']],
    ['cuts every answer', { kind: 'cut', share: 0.5 }, ['remote-broken', 'segment-missing']],
    ['only fails', { kind: 'status', status: 500 }, ['remote-refused', 'segment-missing']],
    ['refuses', { kind: 'status', status: 401 }, ['remote-refused', 'segment-missing']],
    [
      'sends segments around in a circle',
      { kind: 'redirect', to: '/synthetic/segment-3.ts' },
      [...TOO_MANY_REDIRECTS, 'segment-missing'],
    ],
    [
      'sends segments to files',
      { kind: 'redirect', to: 'file:///etc/passwd' },
      ['address-refused', 'segment-missing', 'remote-broken'],
    ],
    ['sends segments inside', { kind: 'redirect', to: 'http://169.254.169.254/' }, ['address-refused']],
    ['announces more than any segment has', { kind: 'length', by: 2 ** 40 }, ['answer-too-large', 'remote-broken']],
  ])('that always %s gives an error with a name', async (_name, fault, codes) => {
    await using origin = await startOrigin()
    const { url } = await many(origin)
    origin.setFault({ path: /segment-3\.ts/, fault })
    await expectRefused(origin, url, codes)
  })

  it('that announces less than it sends gives what it announced: nobody can know better', async () => {
    await using origin = await startOrigin()
    const whole = pooledBytes(0, 60_000)
    origin.put('/short/0.ts', resource(whole, 'video/mp2t'))
    const url = origin.put(
      '/short/a.m3u8',
      playlist('#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXT-X-ENDLIST\n'),
    )
    origin.setFault({ path: '/short/0.ts', fault: { kind: 'length', by: -100 } })
    const done = await download(origin, url)
    expect(done.hung).toBe(false)
    if (done.code === 0) expect(done.summary?.bytes).toBe(59_900)
    else expect(done.error?.code).toMatch(/remote-broken|segment-missing/)
  })

  it.each<[string, Fault, readonly string[]]>([
    [
      'a Content-Range that is another',
      { kind: 'content-range', wrong: 'header' },
      ['remote-broken', 'segment-missing'],
    ],
    ['no ranges all of a sudden', { kind: 'ignore-range' }, []],
  ])('of byte ranges with %s gives exact bytes or an error with a name', async (_name, fault, codes) => {
    await using origin = await startOrigin()
    const stream = await byteRanges(origin, { offsets: 'explicit' })
    origin.setFault({ path: /all\.mp4/, fault })
    if (codes.length === 0) await expectExact(origin, stream)
    else await expectRefused(origin, stream.url, codes)
  })

  it.each<[string, OriginOptions]>([
    ['that takes four requests at once', { latencyMs: 20, busy: { above: 4, status: 503, retryAfter: '1' } }],
    ['that takes four requests at once and calls it 429', { latencyMs: 20, busy: { above: 4, status: 429 } }],
    ['that takes three connections', { latencyMs: 20, maxConnections: 3 }],
    ['that is far away and slow', { latencyMs: 200, bytesPerSec: 500_000 }],
  ])('%s: the stream comes byte for byte', async (_name, options) => {
    await using origin = await startOrigin(options)
    await expectExact(origin, await many(origin))
  })
})

describe.concurrent('a playlist', () => {
  it.each<[string, Fault, readonly string[]]>([
    ['that is a page', { kind: 'html' }, NO_PLAYLIST],
    ['that is empty', { kind: 'empty' }, NO_PLAYLIST],
    [
      'without end',
      { kind: 'endless', text: '#EXTM3U\n#EXTINF:1,\na.ts\n' },
      ['answer-too-large', 'playlist-unreadable'],
    ],
    ['that drips', { kind: 'drip', bytesPerSec: 5 }, ['remote-broken']],
    ['that is not there', { kind: 'status', status: 404 }, ['remote-refused']],
    ['that is behind a login', { kind: 'status', status: 401 }, ['remote-refused']],
    ['that is moved in a circle', { kind: 'redirect', to: '/synthetic/index.m3u8' }, TOO_MANY_REDIRECTS],
    ['that is moved inside', { kind: 'redirect', to: 'http://[::ffff:a9fe:a9fe]/x.m3u8' }, ['address-refused']],
    ['that is no HTTP', { kind: 'garbage' }, ['remote-broken', 'remote-unreachable']],
    ['that never comes', { kind: 'silent' }, ['remote-unreachable', 'remote-broken']],
  ])('%s gives an error with a name', async (_name, fault, codes) => {
    await using origin = await startOrigin()
    const { url } = await many(origin)
    origin.setFault({ path: /index\.m3u8/, fault })
    await expectRefused(origin, url, codes)
    expect(origin.journal.of(/segment/)).toEqual([])
  })

  it.each<[string, Fault]>([
    ['fails', { kind: 'status', status: 503, retryAfter: '1' }],
    ['is cut', { kind: 'cut', share: 0.5 }],
    ['is reset', { kind: 'reset' }],
  ])('that %s the first time is asked for again', async (_name, fault) => {
    await using origin = await startOrigin()
    const stream = await many(origin)
    origin.setFault({ path: /index\.m3u8/, times: 1, fault })
    await expectExact(origin, stream)
  })

  it('that nests in itself is refused after a few requests', async () => {
    await using origin = await startOrigin()
    const self = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nself.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\nself.m3u8?x\n'
    const url = origin.put('/self.m3u8', playlist(self))
    await expectRefused(origin, url, ['playlist-unreadable'])
    expect(origin.requests.length).toBeLessThan(10)
  })

  it('whose address leads through five redirects is found, through six it is not', async () => {
    await using origin = await startOrigin()
    const stream = await simple.tsStream(origin)
    const hop = (from: number) =>
      origin.put(`/hop-${from}`, redirect(from === 1 ? '/ts/index.m3u8' : `/hop-${from - 1}`))
    for (const hops of [1, 2, 3, 4, 5, 6]) hop(hops)
    await expectExact(origin, { ...stream, url: `${origin.url}/hop-5` })
    await expectRefused(origin, `${origin.url}/hop-6`, TOO_MANY_REDIRECTS)
  })
})

async function download(origin: Origin, url: string, ...args: readonly string[]): Promise<CliDownload> {
  const dataDir = join(folder, `download-${++count}`)
  await mkdir(dataDir)
  const output = join(dataDir, 'film.bin')
  const whole = ['--container', 'original', ...args]
  const done = await downloadByCli(url, { dataDir, output, allow: origin.hostPort, args: whole })
  expect(done.hung, done.stderr).toBe(false)
  // Of what is done, or was refused for good, nothing but the file stays.
  if (done.code === 0 || done.code === 3) expect(readdirSync(dataDir)).toEqual(['film.bin'])
  return done
}

async function expectExact(origin: Origin, { url, renditions }: StreamTruth): Promise<void> {
  const done = await download(origin, url)
  expect(done.code, done.stderr).toBe(0)
  expect(done.sha256).toBe(renditions.main.sha256)
  expect(done.summary).toMatchObject({
    state: 'complete',
    sha256: renditions.main.sha256,
    bytes: renditions.main.byteLength,
    gaps: [],
  })
}

/** An error with one of these names, its reason in words, and no file. */
async function expectRefused(origin: Origin, url: string, codes: readonly string[]): Promise<void> {
  const failed = await download(origin, url)
  expect(failed.code, failed.stderr).not.toBe(0)
  expect(codes, failed.stderr).toContain(failed.error?.code)
  expect(failed.error?.message).not.toBe('')
  expect(failed.sha256).toBeNull()
}
