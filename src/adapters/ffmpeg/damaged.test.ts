import { readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { MediaDamagedError } from '#domain/errors.ts'
import { bytesOf, cutAll, frameTimesOf, type PlanWish, planOf, spansOf, testTool, written } from './cut.test-support.ts'
import { ffmpeg, H264, picture, testFolder, tone } from './media.test-support.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const tool = await testTool(folder)
const both = [...picture({ seconds: 12 }), ...tone({ seconds: 12 })]
const GOPS = ['-g', '25', '-bf', '2', '-sc_threshold', '0', '-c:a', 'aac']
const COPY: PlanWish = {
  tracks: [
    { streamIndex: 0, action: 'copy' },
    { streamIndex: 1, action: 'copy' },
  ],
}
const ENCODE: PlanWish = {
  tracks: [
    { streamIndex: 0, action: 'encode' },
    { streamIndex: 1, action: 'encode' },
  ],
}

/** The first part of a film; what is planned is the whole, as when the rest goes missing while it is cut. */
async function cutShort(name: string, wish: PlanWish, options: readonly string[], share = 0.6) {
  const path = folder.file(name)
  await ffmpeg(...both, ...options, path)
  await using whole = await tool.open(path)
  const plan = planOf(whole.info, await whole.index(), wish)
  await truncate(path, Math.floor((await stat(path)).size * share))
  await using media = await tool.open(path)
  return { path, plan, media, cut: await cutAll(media, plan), wish }
}

describe('a film that ends too early', () => {
  it.each([
    ['short.ts', COPY, [...H264, ...GOPS]],
    ['short.mkv', COPY, [...H264, ...GOPS]],
    ['short.mp4', COPY, [...H264, ...GOPS, '-movflags', '+faststart']],
    ['short.flv', COPY, [...H264, ...GOPS]],
    ['short.avi', { ...ENCODE, borders: [0, 4, 8] }, ['-c:v', 'mpeg4', '-c:a', 'libmp3lame']],
    ['short.mpg', { ...ENCODE, borders: [0, 4, 8] }, ['-c:v', 'mpeg2video', '-c:a', 'mp2', '-f', 'vob']],
  ] as const)('gives all that can be decoded and then says how far it came: %s', async (name, wish, options) => {
    const { cut, path } = await cutShort(name, wish, options)
    expect(cut.error).toBeInstanceOf(MediaDamagedError)
    expect((cut.error as MediaDamagedError).why).toMatch(/up to 00:00:0[5-9] of 00:00:1[12]/)
    const joined = await written(folder, `${name}.out.mp4`, bytesOf(cut.pieces, 0))
    const [there, got] = await Promise.all([frameTimesOf(path), frameTimesOf(joined)])
    // The last group of pictures may miss its end in other ways.
    expect(got.length).toBeGreaterThan(there.length - 3)
    expect(spansOf(cut.pieces, 0).map(({ index }) => index)).toEqual(spansOf(cut.pieces, 0).map((_, index) => index))
  })

  it.each(['whole.ts', 'whole.mkv', 'whole.mp4'])('is told from one that is whole: %s', async (name) => {
    const { cut } = await cutShort(name, COPY, [...H264, ...GOPS], 1)
    expect(cut.error).toBeNull()
  })

  it.each([
    ['known.mkv', []],
    ['known.mp4', ['-movflags', '+faststart']],
  ])('is told also when only its first part was planned: %s', async (name, options) => {
    const { media, path } = await cutShort(name, COPY, [...H264, ...GOPS, ...options])
    await using again = await tool.open(path)
    const plan = planOf(media.info, await again.index(), COPY)
    expect(plan.durationSec).toBeLessThan(10)
    const { error, pieces } = await cutAll(again, plan)
    expect(error).toBeInstanceOf(MediaDamagedError)
    // All that was planned came: nothing is said of how far.
    expect((error as MediaDamagedError).why).not.toContain('up to')
    expect(spansOf(pieces, 0).length).toBeGreaterThan(4)
  })
})

it('gets over bytes that are wrong in the middle', async () => {
  const path = folder.file('noise.ts')
  await ffmpeg(...both, '-c:v', 'mpeg2video', '-c:a', 'mp2', path)
  const bytes = await readFile(path)
  for (let at = Math.floor(bytes.byteLength / 2); at < bytes.byteLength / 2 + 20_000; at++)
    bytes[at] = (at * 7919) & 0xff
  await writeFile(path, bytes)
  await using media = await tool.open(path)
  const plan = planOf(media.info, await media.index(), { ...ENCODE, borders: [0, 4, 8] })
  const { pieces } = await cutAll(media, plan)
  const spans = spansOf(pieces, 0)
  expect(spans.map(({ index }) => index)).toEqual([0, 1, 2])
  const last = spans.at(-1)
  expect((last?.startSec ?? 0) + (last?.durationSec ?? 0)).toBeGreaterThan(11.5)
})

describe('a cut that is called off', () => {
  it.each([
    ['called-off.mp4', COPY],
    ['called-off.ts', { ...ENCODE, borders: [0, 4, 8] }],
  ] as const)('ends at once and leaves nothing behind: %s', async (name, wish) => {
    const path = folder.file(name)
    await ffmpeg(...both, ...H264, ...GOPS, path)
    await using media = await tool.open(path)
    const plan = planOf(media.info, await media.index(), wish)
    const abort = new AbortController()
    const seen: string[] = []
    const cutting = async () => {
      for await (const event of media.cut(plan, { from: [0, 0], subtitles: [], signal: abort.signal })) {
        seen.push(event.kind)
        abort.abort(new Error('called off'))
      }
    }
    await expect(cutting()).rejects.toThrow('called off')
    expect(seen).toEqual(['formats'])
    await expect(
      stat(folder.file('work'))
        .then(() => import('node:fs/promises'))
        .then(({ readdir }) => readdir(folder.file('work'))),
    ).resolves.toEqual([])
  })

  it('stops ffmpeg when nobody wants more', async () => {
    const path = folder.file('left.ts')
    await ffmpeg(...both, ...H264, ...GOPS, path)
    await using media = await tool.open(path)
    const plan = planOf(media.info, await media.index(), { ...ENCODE, borders: [0, 4, 8] })
    const options = { from: [0, 0], subtitles: [], signal: new AbortController().signal }
    for await (const event of media.cut(plan, options)) if (event.kind === 'piece') break
    const { readdir } = await import('node:fs/promises')
    expect(await readdir(folder.file('work'))).toEqual([])
  })
})
