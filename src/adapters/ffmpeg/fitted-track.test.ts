import { afterAll, expect, it } from 'vitest'
import { MEDIA_ORIGIN_SEC } from '#domain/ingest-plan.ts'
import { bytesOf, cutAll, frameTimesOf, planOf, spansOf, testTool, written } from './cut.test-support.ts'
import { ffmpeg, H264, picture, testFolder, tone } from './media.test-support.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const tool = await testTool(folder)
const MAX_BYTES = 40_000

async function cutWithFit(name: string, ...options: readonly string[]) {
  const source = folder.file(name)
  const content = [
    ...picture({ seconds: 6 }),
    ...tone({ seconds: 6 }),
    ...H264,
    '-g',
    '50',
    '-bf',
    '2',
    '-sc_threshold',
    '0',
  ]
  await ffmpeg(...content, '-c:a', 'aac', ...options, source)
  await using media = await tool.open(source)
  const plan = planOf(media.info, await media.index(), {
    tracks: [
      { streamIndex: 0, action: 'copy' },
      { streamIndex: 1, action: 'copy' },
    ],
    packaging: 'ts',
    reencode: [
      { index: 0, maxBytes: MAX_BYTES },
      { index: 2, maxBytes: MAX_BYTES },
    ],
  })
  const whole = await cutAll(media, plan)
  const rest = await cutAll(media, plan, { from: [2, 1] })
  return { source, plan, whole, rest }
}

it.each(['fit.mp4', 'fit.mkv', 'fit.ts'])(
  'encodes what is too large to fit, at its own time, every picture there: %s',
  async (name) => {
    const { source, plan, whole } = await cutWithFit(name)
    expect(whole.error).toBeNull()
    expect(plan.borders).toHaveLength(3)
    const spans = spansOf(whole.pieces, 0)
    expect(spans.map(({ startSec }) => startSec)).toEqual(plan.borders.map((sec) => expect.closeTo(sec, 3)))
    const sizes = plan.borders.map((_, index) => bytesOf(whole.pieces, 0, [index]).byteLength)
    expect(sizes[0]).toBeLessThanOrEqual(MAX_BYTES)
    expect(sizes[1]).toBeGreaterThan(MAX_BYTES)
    expect(sizes[2]).toBeLessThanOrEqual(MAX_BYTES)
    const ends = whole.pieces.flatMap((piece) => (piece.track === 0 && piece.ends ? [piece.ends.reencoded] : []))
    expect(ends).toEqual([true, false, true])

    const joined = await written(folder, `${name}.out.ts`, bytesOf(whole.pieces, 0))
    const [before, after] = await Promise.all([frameTimesOf(source), frameTimesOf(joined)])
    const shiftSec = MEDIA_ORIGIN_SEC - plan.startSec
    expect(after).toHaveLength(before.length)
    const apart = after.map((sec, position) => Math.abs(sec - shiftSec - (before[position] ?? Number.NaN)))
    expect(Math.max(...apart)).toBeLessThan(0.001)
    expect(await ffmpeg('-v', 'warning', '-i', joined, '-f', 'null', '-')).toBe('')
  },
)

it('goes on at a segment that is encoded', async () => {
  const { whole, rest } = await cutWithFit('rest.mp4')
  expect(rest.error).toBeNull()
  expect(spansOf(rest.pieces, 0)).toEqual(spansOf(whole.pieces, 0).slice(2))
  expect(spansOf(rest.pieces, 1)).toEqual(spansOf(whole.pieces, 1).slice(1))
})
