import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TrackPlan } from '#domain/ingest-plan.ts'
import { filmBytesOf, firstPackBytes } from './first-pack-bytes.ts'

const MAX_BYTES = 19_922_944

/** How many packs there will be when the first is so large and all others are full. */
function packsWith(first: number, filmBytes: number): number {
  return 1 + Math.max(0, Math.ceil((filmBytes - first) / MAX_BYTES))
}

describe('the first pack', () => {
  it('is what the last would be: shorter, for no pack more', () => {
    const filmBytes = 15.4 * MAX_BYTES
    const first = firstPackBytes(filmBytes, MAX_BYTES)
    expect(first).toBeLessThan(MAX_BYTES * 0.55)
    expect(packsWith(first, filmBytes)).toBe(16)
  })

  it('costs at most a tenth more packs, also when the film turns out a little larger or smaller than planned', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 3000, noNaN: true }),
        fc.double({ min: 0.996, max: 1.004, noNaN: true }),
        (packs, error) => {
          const filmBytes = packs * MAX_BYTES
          const first = firstPackBytes(filmBytes * error, MAX_BYTES)
          expect(first).toBeLessThanOrEqual(MAX_BYTES)
          // Near a border nobody can know whether it is one more.
          const least = Math.ceil(Math.max(packs, packs * error))
          expect(packsWith(first, filmBytes)).toBeLessThanOrEqual(least * 1.1)
        },
      ),
    )
  })

  it('is full when nobody knows how large the film is, or when it fits into one', () => {
    expect(firstPackBytes(null, MAX_BYTES)).toBe(MAX_BYTES)
    expect(firstPackBytes(0.9 * MAX_BYTES, MAX_BYTES)).toBe(MAX_BYTES)
    expect(firstPackBytes(0, MAX_BYTES)).toBe(MAX_BYTES)
    // Pieces that take no time have no rate.
    expect([Number.NaN, Number.POSITIVE_INFINITY].map((none) => firstPackBytes(none, MAX_BYTES))).toEqual([
      MAX_BYTES,
      MAX_BYTES,
    ])
  })
})

describe('the size of a film', () => {
  const track = (kind: 'video' | 'audio', action: 'copy' | 'encode', averageBandwidth: number) =>
    ({ kind, action, averageBandwidth }) as TrackPlan

  it('follows from the rates of its tracks', () => {
    const tracks = [track('video', 'copy', 8_000_000), track('audio', 'encode', 160_000)]
    expect(filmBytesOf({ tracks, durationSec: 100 })).toBe(102_000_000)
  })

  it('is not known while its picture is still to be encoded', () => {
    expect(filmBytesOf({ tracks: [track('video', 'encode', 8_000_000)], durationSec: 100 })).toBeNull()
  })
})
