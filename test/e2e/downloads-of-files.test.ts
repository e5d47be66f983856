import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downloadByCli } from '../support/download-by-cli.ts'
import type { FaultRule } from '../support/origin/fault.ts'
import { redirect } from '../support/origin/answer.ts'
import { pseudoRandomBytes } from '../support/origin/body.ts'
import { recordedMedia } from '../support/origin/recorded-media.ts'
import { type Origin, startOrigin } from '../support/origin/start-origin.ts'
import { type PlainFile, type PlainFileOptions, plainFile } from '../support/origin/streams/plain-file.ts'

let folder: string
let count = 0
/** An MP4 by its beginning, long enough for several ranges. */
let content: Buffer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-files-'))
  const { init, pieces } = await recordedMedia('fmp4')
  content = Buffer.concat([
    init ?? Buffer.alloc(0),
    ...pieces.map(({ bytes }) => bytes),
    pseudoRandomBytes(5, 24_000_000),
  ])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.concurrent('a media file', () => {
  it.each<[string, Partial<PlainFileOptions>]>([
    ['with ranges', {}],
    ['without ranges', { ranges: false }],
    ['without ranges and length', { ranges: false, chunked: true }],
    ['with a weak tag', { etag: 'weak' }],
    ['with a date only', { etag: 'none' }],
    ['with neither tag nor date', { etag: 'none', lastModified: false }],
    ['with a type that says nothing', { contentType: 'application/octet-stream' }],
  ])('%s comes byte for byte', async (_name, options) => {
    await using origin = await startOrigin({ latencyMs: 10 })
    await expectExact(origin, plainFile(origin, { path: '/film.mp4', content, ...options }))
  })

  it('is fetched over several connections when the server gives ranges, over one when not', async () => {
    await using origin = await startOrigin({ latencyMs: 10, bytesPerSec: 8_000_000 })
    await expectExact(origin, plainFile(origin, { path: '/film.mp4', content }))
    expect(origin.figures.mostRequests).toBeGreaterThan(2)
    origin.journal.clear()
    await expectExact(origin, plainFile(origin, { path: '/whole.mp4', content, ranges: false }))
    expect(origin.figures.mostRequests).toBeLessThanOrEqual(2)
  })

  it.each<[string, FaultRule]>([
    ['cuts in the middle', { percent: 20, fault: { kind: 'cut', share: 0.5 } }],
    ['stalls once', { times: 1, fault: { kind: 'stall', share: 0.4 } }],
    ['fails on one of five', { percent: 20, fault: { kind: 'status', status: 502 } }],
    ['has too many requests', { percent: 30, fault: { kind: 'status', status: 429, retryAfter: '1' } }],
    ['forgets ranges sometimes', { percent: 20, fault: { kind: 'ignore-range' } }],
    ['answers with another range once', { times: 1, fault: { kind: 'content-range', wrong: 'header' } }],
  ])('whose server %s comes byte for byte', async (_name, rule) => {
    await using origin = await startOrigin({ latencyMs: 10, seed: 5 })
    const file = plainFile(origin, { path: '/film.mp4', content })
    origin.setFault({ path: '/film.mp4', ...rule })
    await expectExact(origin, file)
  })

  it('behind redirects comes byte for byte', async () => {
    await using origin = await startOrigin()
    const file = plainFile(origin, { path: '/deep/film.mp4', content })
    origin.put('/old', redirect('/newer', 301))
    await expectExact(origin, { ...file, url: origin.put('/newer', redirect('/deep/film.mp4', 307)) })
  })

  it('that is replaced while it comes is never put together of two', async () => {
    await using origin = await startOrigin({ latencyMs: 10 })
    const { url, sha256 } = plainFile(origin, { path: '/film.mp4', content, etag: 'changing' })
    const done = await download(origin, url)
    // The bytes are the same here, so a download from one answer is right as well.
    if (done.code === 0) expect(done.sha256).toBe(sha256)
    else expect(done.error?.code).toMatch(/remote-broken|conflict/)
  })
})

async function download(origin: Origin, url: string) {
  const dataDir = join(folder, `download-${++count}`)
  await mkdir(dataDir)
  const done = await downloadByCli(url, { dataDir, output: join(dataDir, 'film.mp4'), allow: origin.hostPort })
  expect(done.hung, done.stderr).toBe(false)
  if (done.code === 0) expect(await readdir(dataDir)).toEqual(['film.mp4'])
  return done
}

async function expectExact(origin: Origin, { url, sha256, byteLength }: PlainFile): Promise<void> {
  const done = await download(origin, url)
  expect(done.code, done.stderr).toBe(0)
  expect([done.sha256, done.summary?.sha256, done.summary?.bytes]).toEqual([sha256, sha256, byteLength])
}
