import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Sample } from '../sample.ts'
import { DecodeTimes, type DecodeTimesOptions, MAX_REORDER } from './decode-times.ts'
import { reorderDepth } from './reorder-depth.ts'

function timed(times: readonly number[], options: Partial<DecodeTimesOptions> = {}): Sample[] {
  const samples: Sample[] = []
  const all = { depth: reorderDepth(times), frameTicks: null, lookAhead: MAX_REORDER, ...options }
  const decode = new DecodeTimes(all, (sample) => samples.push(sample))
  for (const pts of times) decode.push({ pts, size: 1, sync: false, duration: null, discard: 0 })
  decode.end()
  return samples
}

describe('reorderDepth', () => {
  it.each([
    [0, []],
    [0, [0, 1, 2]],
    [1, [0, 2, 1, 4, 3]],
    [2, [0, 40, 20, 10, 30, 80, 60, 50, 70]],
    [1, [20, 0, 10, 50, 30, 40]],
  ])('is %i for %j', (depth, times) => expect(reorderDepth(times)).toBe(depth))
})

describe('DecodeTimes', () => {
  it('gives the times of showing in order, as late as reordering needs', () => {
    const samples = timed([0, 40, 20, 10, 30, 80, 60, 50, 70], { frameTicks: 10 })
    expect(samples.map((sample) => sample.dts)).toEqual([-20, -10, 0, 10, 20, 30, 40, 50, 60])
    expect(samples.map((sample) => sample.duration)).toEqual(Array.from({ length: 9 }, () => 10))
  })

  it('estimates the times before the first picture when no usual distance is known', () => {
    expect(timed([0, 80, 40, 120]).map((sample) => sample.dts)).toEqual([-40, 0, 40, 80])
  })

  it('keeps the last duration, or takes what the frame or the track says', () => {
    expect(timed([0, 10, 20]).at(-1)?.duration).toBe(10)
    expect(timed([0, 10, 20], { frameTicks: 7 }).at(-1)?.duration).toBe(7)
    expect(timed([5]).at(-1)?.duration).toBe(1)
  })

  /** Pictures of an encoder: groups of frames shown at increasing times, each group in any order. */
  const reordered = fc
    .array(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: MAX_REORDER }), {
      minLength: 1,
      maxLength: 20,
    })
    .chain((groups) => {
      let time = 0
      const times = groups.map((group) => group.map((step) => (time += step)))
      return fc
        .tuple(...times.map((group) => fc.shuffledSubarray(group, { minLength: group.length })))
        .map((all) => all.flat())
    })

  it('never goes back and is never behind the time of showing, even when reordering is deeper than was thought', () => {
    fc.assert(
      fc.property(reordered, fc.nat(MAX_REORDER), (times, depth) => {
        const samples = timed(times, { depth })
        expect(samples.map((sample) => sample.pts)).toEqual(times)
        for (const [index, sample] of samples.entries()) {
          expect(sample.dts).toBeLessThanOrEqual(sample.pts)
          const next = samples[index + 1]
          if (next !== undefined) expect(next.dts).toBe(sample.dts + sample.duration)
          expect(sample.duration).toBeGreaterThan(0)
        }
      }),
    )
  })

  it('is the list of times in order, moved by the depth, when the depth is right', () => {
    fc.assert(
      fc.property(reordered, (times) => {
        const depth = reorderDepth(times)
        const inOrder = times.toSorted((a, b) => a - b)
        const given = timed(times).map((sample) => sample.dts)
        expect(given.slice(depth)).toEqual(inOrder.slice(0, times.length - depth))
      }),
    )
  })

  it('leaves times alone that come in order', () => {
    const samples = timed([0, 21, 43, 64], { depth: 0, lookAhead: 0 })
    expect(samples.map((sample) => sample.dts)).toEqual([0, 21, 43, 64])
  })

  it('moves on by one tick where times stand still or go back for good', () => {
    const samples = timed([10, 10, 5, 30], { depth: 0, lookAhead: 0 })
    expect(samples.map((sample) => [sample.dts, sample.pts])).toEqual([
      [10, 10],
      [11, 11],
      [12, 12],
      [30, 30],
    ])
  })
})
