import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ContainerError } from '../container-error.ts'
import type { Sample } from '../sample.ts'
import { boxesIn, openFullBox, requireBox } from './box-reader.ts'
import { concat } from './box-writer.ts'
import { composeFragmentHeader } from './compose-fragment.ts'
import { decodeTimeOf, renumberFragments } from './renumber-fragments.ts'

const sample = (at: number, size: number): Sample =>
  ({ pts: at * 10 + 3, dts: at * 10, duration: 10, size, sync: at === 0 }) as Sample

/** Composed fragments of random payload, one per list of sizes. */
function fragmentsOf(sizes: readonly (readonly number[])[]): Uint8Array {
  return concat(
    sizes.flatMap((each, at) => {
      const samples = each.map((size, index) => sample(index, size))
      const payload = each.map((size) => Uint8Array.from({ length: size }, (_, byte) => (byte * 7 + at) % 256))
      return [composeFragmentHeader({ sequence: at + 1, baseDts: 1000, samples }), ...payload]
    }),
  )
}

async function* cut(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const length of cuts) {
    yield bytes.subarray(at, at + length)
    at += length
  }
  yield bytes.subarray(at)
}

const renumbered = async (
  bytes: Uint8Array,
  cuts: readonly number[],
  numbering = { trackId: 3, sequence: 77, earlierTicks: 400 },
) => concat(await Array.fromAsync(renumberFragments(cut(bytes, cuts), numbering)))

const sizes = fc.array(fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 5 }), { maxLength: 6 })
const cuts = fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 60 })

describe('fragments under other numbers', () => {
  it('have them, count on, and are else the same bytes, in whatever pieces they come', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, cuts, async (given, where) => {
        const before = fragmentsOf(given)
        const untouched = before.slice()
        const after = await renumbered(before, where)
        expect(before).toEqual(untouched)
        expect(after.byteLength).toBe(before.byteLength)
        const moofs = boxesIn(after).filter(({ type }) => type === 'moof')
        expect(moofs).toHaveLength(given.length)
        for (const [index, moof] of moofs.entries()) {
          const inside = boxesIn(moof.body)
          expect(openFullBox(requireBox(inside, 'mfhd')).fields.u32()).toBe(77 + index)
          expect(openFullBox(requireBox(inside, 'traf', 'tfhd')).fields.u32()).toBe(3)
          expect(openFullBox(requireBox(inside, 'traf', 'tfdt')).fields.u64()).toBe(600)
          expect(decodeTimeOf(moof.whole)).toBe(600)
        }
        // Under the numbers that they had, they are what they were.
        expect(await renumbered(after, where, { trackId: 1, sequence: 1, earlierTicks: -400 })).toEqual(before)
      }),
    )
  })

  it('cannot be made of what ends within a box, or is none of ours', async () => {
    const whole = fragmentsOf([[40, 50], [60]])
    for (let length = 1; length < whole.byteLength; length++) {
      const isBorder = boxesIn(whole).some(({ start }) => start === length)
      const result = await renumbered(whole.subarray(0, length), [13, 50]).catch((error) => error)
      if (isBorder) expect(result.byteLength).toBe(length)
      else expect(result).toMatchObject({ name: 'ContainerError', code: 'truncated' })
    }
    const foreign = whole.slice()
    foreign.set(Buffer.from('mfxx'), 12)
    await expect(renumbered(foreign, [])).rejects.toMatchObject({ code: 'malformed' })
    const early = { trackId: 1, sequence: 1, earlierTicks: 1001 }
    await expect(renumbered(whole, [], early)).rejects.toMatchObject({ code: 'malformed' })
  })

  it('fail in words on random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), cuts, async (bytes, where) => {
        const result = await renumbered(bytes, where).catch((error) => error)
        if (!(result instanceof ContainerError)) expect(result.byteLength).toBe(bytes.byteLength)
      }),
    )
  })
})
