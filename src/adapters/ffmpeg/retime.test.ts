import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Sample } from '#lib/containers/sample.ts'
import { retime } from './retime.ts'

/** I P B B P B B: decoded in this order, shown at these times. */
const ORIGINALS = [40, 160, 80, 120, 280, 200, 240].map((pts, position) => picture(position * 40 - 40, pts))

describe('retime', () => {
  it('gives the n-th picture shown the n-th presentation and decode time', () => {
    const encoded = [4, 8, 12, 16, 20, 24, 28].map((pts) => picture(pts, pts))
    const samples = retime(encoded, 100, ORIGINALS, 1000) ?? []
    expect(samples.map(({ pts }) => pts)).toEqual([40, 80, 120, 160, 200, 240, 280])
    expect(samples.map(({ dts }) => dts)).toEqual(ORIGINALS.map(({ dts }) => dts))
    expect(samples.every(({ dts, pts }) => dts <= pts)).toBe(true)
  })

  it('leaves the places free of pictures that could not be decoded', () => {
    const encoded = [40, 160, 280].map((pts) => picture(pts, pts))
    const samples = retime(encoded, 1000, ORIGINALS, 1000) ?? []
    expect(samples.map(({ pts }) => pts)).toEqual([40, 160, 280])
    expect(samples.map(({ dts }) => dts)).toEqual([-40, 80, 200])
    expect(samples.map(({ duration }) => duration)).toEqual([120, 120, 40])
  })

  it('does not invent places', () => {
    expect(retime([...ORIGINALS, picture(999, 999)], 1000, ORIGINALS, 1000)).toBeNull()
  })

  it('keeps every picture, in order, at a place of its own', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 500 }), { maxLength: 7 }), (times) => {
        const encoded = times.sort((one, other) => one - other).map((pts) => picture(pts, pts))
        const samples = retime(encoded, 1000, ORIGINALS, 1000) ?? []
        expect(samples).toHaveLength(encoded.length)
        expect(new Set(samples.map(({ pts }) => pts)).size).toBe(encoded.length)
        expect(samples.every(({ dts, pts, duration }) => dts <= pts && duration > 0)).toBe(true)
      }),
    )
  })
})

function picture(dts: number, pts: number): Sample {
  return { dts, pts, duration: 40, size: 1, sync: false }
}
