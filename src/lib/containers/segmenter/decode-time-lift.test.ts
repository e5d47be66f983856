import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Sample } from '../sample.ts'
import { DecodeTimeLift } from './decode-time-lift.ts'

describe('DecodeTimeLift', () => {
  it('decodes the first pictures a millisecond apart from when the first is shown, the others as they were', () => {
    const pictures = reordered({ pts: [0, 4, 2, 1, 3, 8, 6], delay: 2, ticks: 40 })
    expect(lifted(pictures).map((sample) => sample.dts)).toEqual([0, 1, 2, 40, 80, 120, 160])
  })

  it('leaves samples alone whose first is decoded when it is shown', () => {
    const pictures = reordered({ pts: [0, 1, 2, 3], delay: 0, ticks: 40 })
    expect(lifted(pictures)).toEqual(pictures)
  })

  it('keeps decode times rising and late enough, and what is shown when, whatever the times are', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ step: fc.integer({ min: 1, max: 50 }), shown: fc.nat(200) })), (steps) => {
        let dts = -100
        const samples = steps.map(({ step, shown }) => {
          dts += step
          return { dts, pts: dts + shown, duration: step, size: 1, sync: false }
        })
        const after = lifted(samples)
        expect(after.map((sample) => sample.pts)).toEqual(samples.map((sample) => sample.pts))
        for (const [at, sample] of after.entries()) {
          const [original, before] = [samples[at] as Sample, after[at - 1]]
          expect(sample.dts).toBeGreaterThanOrEqual(Math.max(original.dts, before?.dts ?? original.pts))
        }
      }),
    )
  })

  it('never decodes a picture of a closed group later than it is shown', () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 })
    fc.assert(
      fc.property(order, fc.integer({ min: 8, max: 1000 }), (others, ticks) => {
        const after = lifted(reordered({ pts: [0, ...others], delay: 8, ticks }))
        for (const sample of after) expect(sample.dts).toBeLessThanOrEqual(sample.pts)
      }),
    )
  })
})

function lifted(samples: readonly Sample[]): Sample[] {
  const lift = new DecodeTimeLift(1000)
  return samples.map((sample) => lift.lifted(sample))
}

/** Pictures in decode order, each `ticks` long; `pts` are places in the order of showing. */
function reordered({ pts, delay, ticks }: { pts: readonly number[]; delay: number; ticks: number }): Sample[] {
  return pts.map((place, at) => ({
    dts: (at - delay) * ticks,
    pts: place * ticks,
    duration: ticks,
    size: 1,
    sync: at === 0,
  }))
}
