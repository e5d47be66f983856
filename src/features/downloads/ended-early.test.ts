import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { SegmentMissingError } from '#domain/errors.ts'
import { type FetchLab, openFetchLab } from '#test/support/fetch-lab.ts'
import { pooledBytes } from '#test/support/origin/body.ts'
import { liveStream } from '#test/support/origin/streams/live.ts'
import { syntheticStream } from '#test/support/origin/streams/synthetic.ts'
import { run } from './run-download.test-support.ts'

const SIZE = 50_000
const NOW = { finishing: AbortSignal.abort() }
const segmentPath = (...numbers: readonly number[]) => new RegExp(`segment-(${numbers.join('|')})\\.ts`)

/** Of ten segments those that answer are recorded, then somebody pauses it. */
async function paused(lab: FetchLab, silent: readonly number[]) {
  const { url, renditions } = syntheticStream(lab.origin, { segments: 10, segmentBytes: SIZE })
  const heal = lab.origin.setFault({ path: segmentPath(...silent), fault: { kind: 'silent' } })
  const pause = new AbortController()
  const report = ({ bytes = 0 }) => {
    if (bytes >= (10 - silent.length) * SIZE) pause.abort(new Error('paused'))
  }
  await expect(run(lab, url, 'job', { signal: pause.signal, report })).rejects.toThrow('paused')
  heal()
  return { url, whole: renditions.main.sha256 }
}

function sha256Of(...numbers: readonly number[]): string {
  const hash = createHash('sha256')
  for (const number of numbers) hash.update(pooledBytes(number, SIZE))
  return hash.digest('hex')
}

const fileOf = async ({ path }: { readonly path: string | null }) =>
  createHash('sha256')
    .update(await readFile(path ?? ''))
    .digest('hex')

describe('a download that is ended although it does not run', () => {
  it('gives what there is, asks nobody, and tells what is missing', async () => {
    await using lab = await openFetchLab()
    const { url } = await paused(lab, [4, 7, 8, 9])
    lab.origin.journal.clear()
    const result = await run(lab, url, 'job', NOW)
    expect(lab.origin.requests).toEqual([])
    expect([result.state, result.sha256]).toEqual(['gaps', sha256Of(0, 1, 2, 3, 5, 6)])
    expect(result.gaps).toMatchObject([
      {
        rendition: 'main',
        msn: 4,
        count: 1,
        startSec: 8,
        durationSec: 2,
        why: expect.stringMatching(/not been fetched/),
      },
      {
        rendition: 'main',
        msn: 7,
        count: 3,
        startSec: 14,
        durationSec: 6,
        why: expect.stringMatching(/not been fetched/),
      },
    ])
    expect(await fileOf(result)).toBe(result.sha256)
  })

  it('gives what there is when it failed, and when its address is gone', async () => {
    await using lab = await openFetchLab()
    const { url } = syntheticStream(lab.origin, { segments: 3, segmentBytes: SIZE })
    lab.origin.remove('/synthetic/segment-1.ts')
    await expect(run(lab, url, 'job')).rejects.toBeInstanceOf(SegmentMissingError)
    lab.origin.remove(new URL(url).pathname)
    const { state, gaps } = await run(lab, url, 'job', NOW)
    expect(state).toBe('gaps')
    expect(gaps.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(0)
  })

  it('gives what was recorded of a live stream that is gone', async () => {
    await using lab = await openFetchLab()
    const { url } = await liveStream(lab.origin, { folder: '/live/', event: true, segments: 40, speed: 10 })
    const pause = new AbortController()
    const report = ({ bytes = 0 }) => bytes > 0 && pause.abort(new Error('paused'))
    await expect(run(lab, url, 'job', { signal: pause.signal, report })).rejects.toThrow('paused')
    lab.origin.remove(new URL(url).pathname)
    const result = await run(lab, url, 'job', NOW)
    expect(result.byteLength).toBeGreaterThan(0)
    expect(await fileOf(result)).toBe(result.sha256)
  })

  it('goes on where it was when somebody changes his mind', async () => {
    await using lab = await openFetchLab()
    const { url, whole } = await paused(lab, [4, 7, 8, 9])
    await run(lab, url, 'job', NOW)
    lab.origin.journal.clear()
    const { state, sha256, gaps } = await run(lab, url, 'job')
    expect([state, sha256, gaps]).toEqual(['complete', whole, []])
    expect(
      lab.origin.journal
        .of(/segment/)
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual([4, 7, 8, 9].map((number) => `/synthetic/segment-${number}.ts`))
  })
})

describe('a stream with an end of its own that is ended while it runs', () => {
  it('asks for no more, and tells what is missing', async () => {
    await using lab = await openFetchLab()
    const { url } = syntheticStream(lab.origin, { segments: 400, segmentBytes: SIZE })
    lab.origin.network.bytesPerSec = 400_000
    const enough = new AbortController()
    const report = ({ bytes = 0 }) => bytes > 0 && enough.abort()
    const { state, gaps, sha256, byteLength } = await run(lab, url, 'job', { finishing: enough.signal, report })
    const got = byteLength / SIZE
    expect(got).toBeLessThan(400)
    expect(sha256).toBe(sha256Of(...Array(got).keys()))
    expect([state, gaps]).toMatchObject(['gaps', [{ msn: got, count: 400 - got, startSec: got * 2 }]])
  })
})

describe('gaps of a file that were allowed', () => {
  it('are filled when it is tried again and they are there by now, with nothing else fetched again', async () => {
    await using lab = await openFetchLab()
    const { url, renditions } = syntheticStream(lab.origin, { segments: 10, segmentBytes: SIZE })
    const heal = lab.origin.setFault({ path: segmentPath(2, 3, 6), fault: { kind: 'status', status: 404 } })
    const first = await run(lab, url, 'job', { allowGaps: true })
    expect([first.state, first.sha256]).toEqual(['gaps', sha256Of(0, 1, 4, 5, 7, 8, 9)])
    lab.origin.journal.clear()
    const second = await run(lab, url, 'job', { allowGaps: true })
    expect([second.sha256, second.gaps]).toEqual([first.sha256, first.gaps])
    heal()
    lab.origin.journal.clear()
    const { state, sha256, path } = await run(lab, url, 'job', { allowGaps: true })
    expect([state, sha256, await fileOf({ path })]).toEqual(['complete', ...Array(2).fill(renditions.main.sha256)])
    expect(lab.origin.journal.of(/segment/)).toHaveLength(3)
  })

  it('are filled also in files that are so long that segments are cleared away while they are written', async () => {
    await using lab = await openFetchLab()
    const { url, renditions } = syntheticStream(lab.origin, { segments: 150, segmentBytes: 1_000_000 })
    const heal = lab.origin.setFault({ path: segmentPath(80), fault: { kind: 'status', status: 404 } })
    expect((await run(lab, url, 'job', { allowGaps: true })).gaps).toMatchObject([{ msn: 80, count: 1 }])
    heal()
    lab.origin.journal.clear()
    const { state, sha256 } = await run(lab, url, 'job', { allowGaps: true })
    expect([state, sha256]).toEqual(['complete', renditions.main.sha256])
    expect(lab.origin.journal.of(/segment/)).toHaveLength(1)
  })
})
