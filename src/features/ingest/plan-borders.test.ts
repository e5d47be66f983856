import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GroupOfPictures } from '#domain/media-index.ts'
import { type BorderLimits, evenBorders, planBorders } from './plan-borders.ts'

const limits: BorderLimits = { targetSec: 6, minSec: 2, maxSec: 30, maxBytes: 19_000_000 }

/** Films of up to 400 groups of pictures, some open, some huge. */
const film = fc
  .array(
    fc.record({
      lengthSec: fc.double({ min: 0.04, max: 12, noNaN: true }),
      byteLength: fc.integer({ min: 100, max: 40_000_000 }),
      closed: fc.boolean(),
    }),
    { minLength: 1, maxLength: 400 },
  )
  .map((gops) => {
    let atSec = 1.4
    const placed: GroupOfPictures[] = gops.map(({ lengthSec, byteLength, closed }, index) => {
      const startSec = atSec
      atSec += lengthSec
      return { startSec, byteLength, closed: closed || index === 0 }
    })
    return { gops: placed, startSec: 1.4, endSec: atSec }
  })

describe('planBorders', () => {
  it('covers the film exactly once', () => {
    fc.assert(
      fc.property(film, ({ gops, startSec, endSec }) => {
        const segments = planBorders(gops, startSec, endSec, limits)
        expect(segments[0]?.startSec).toBe(startSec)
        for (const [index, segment] of segments.entries()) {
          const end = segments[index + 1]?.startSec ?? endSec
          expect(segment.startSec + segment.durationSec).toBeCloseTo(end, 6)
        }
        const planned = segments.reduce((sum, { byteLength }) => sum + byteLength, 0)
        expect(planned).toBe(gops.reduce((sum, { byteLength }) => sum + byteLength, 0))
      }),
    )
  })

  it('cuts at closed key frames only, unless they are more than a minute apart', () => {
    fc.assert(
      fc.property(film, ({ gops, startSec, endSec }) => {
        const closed = gops.filter((gop) => gop.closed).map((gop) => gop.startSec)
        const isFar = (at: number) => {
          const before = closed.findLast((sec) => sec <= at) ?? startSec
          return (closed.find((sec) => sec > at) ?? endSec) - before > 60
        }
        const allowed = new Set(gops.map((gop) => gop.startSec).filter((sec) => closed.includes(sec) || isFar(sec)))
        for (const segment of planBorders(gops, startSec, endSec, limits)) expect(allowed).toContain(segment.startSec)
      }),
    )
  })

  it('makes no segment over a limit unless it is one piece that cannot be cut', () => {
    fc.assert(
      fc.property(film, ({ gops, startSec, endSec }) => {
        for (const segment of planBorders(gops, startSec, endSec, limits)) {
          if (segment.byteLength <= limits.maxBytes && segment.durationSec <= limits.maxSec) continue
          const endOfIt = segment.startSec + segment.durationSec - 1e-9
          const inner = gops.filter(({ startSec: at, closed }) => closed && at > segment.startSec && at < endOfIt)
          expect(inner).toEqual([])
        }
      }),
    )
  })

  it('comes within about half a group of pictures of the target when the film allows', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.2, max: 3, noNaN: true }), fc.integer({ min: 20, max: 300 }), (gopSec, count) => {
        const gops = Array.from({ length: count }, (_, index) => {
          return { startSec: index * gopSec, byteLength: 100_000, closed: true }
        })
        const segments = planBorders(gops, 0, count * gopSec, limits)
        const average = (count * gopSec) / segments.length
        // A little more than half: too long and too short are compared as ratios.
        expect(Math.abs(average - 6)).toBeLessThanOrEqual(gopSec * 0.55 + 6 / segments.length + 0.01)
      }),
    )
  })

  it('plans even segments: no two differ by more than two groups of pictures when all groups are alike', () => {
    const gops = Array.from({ length: 500 }, (_, index) => ({
      startSec: index * 2,
      byteLength: 1_000_000,
      closed: true,
    }))
    const lengths = planBorders(gops, 0, 1000, limits).map(({ durationSec }) => durationSec)
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(4)
  })

  it('prefers a long segment to one under the minimum', () => {
    const gops = [0, 6, 12, 12.5].map((startSec) => ({ startSec, byteLength: 1000, closed: true }))
    expect(planBorders(gops, 0, 13, limits).map(({ startSec }) => startSec)).toEqual([0, 6])
  })

  it('cuts at open key frames where closed ones are more than a minute apart', () => {
    const gops = Array.from({ length: 45 }, (_, at) => ({ startSec: at * 2, byteLength: 1000, closed: at === 0 }))
    const segments = planBorders(gops, 0, 90, limits)
    expect(new Set(segments.map(({ durationSec }) => durationSec))).toEqual(new Set([6]))
    expect(planBorders(gops.slice(0, 30), 0, 60, limits)).toHaveLength(1)
  })

  it('keeps a short film without closed key frames whole', () => {
    const gops = [0, 2, 4].map((startSec) => ({ startSec, byteLength: 1000, closed: startSec === 0 }))
    expect(planBorders(gops, 0, 6, limits)).toEqual([{ startSec: 0, durationSec: 6, byteLength: 3000 }])
  })
})

describe('evenBorders', () => {
  it('covers any length with segments between the limits, the only one of a short film excepted', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 40_000, noNaN: true }), (durationSec) => {
        const borders = evenBorders(durationSec, limits)
        expect(borders[0]).toBe(0)
        const lengths = borders.map((border, index) => (borders[index + 1] ?? durationSec) - border)
        for (const length of lengths) expect(length).toBeGreaterThan(0)
        if (durationSec >= limits.minSec) {
          expect(Math.min(...lengths)).toBeGreaterThanOrEqual(limits.minSec - 1e-6)
          expect(Math.max(...lengths)).toBeLessThanOrEqual(limits.maxSec)
        } else expect(borders).toEqual([0])
      }),
    )
  })
})
