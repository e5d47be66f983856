import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRange } from './parse-range.ts'

const WHOLE = { kind: 'whole' }
const NONE = { kind: 'unsatisfiable' }
const part = (first: number, last: number) => ({ kind: 'part', first, last })

describe('parseRange of 1000 bytes', () => {
  it.each<[string | undefined, object]>([
    [undefined, WHOLE],
    ['', WHOLE],
    ['bytes=0-', part(0, 999)],
    ['bytes=0-0', part(0, 0)],
    ['bytes=0-499', part(0, 499)],
    ['bytes=500-999', part(500, 999)],
    ['bytes=500-', part(500, 999)],
    ['bytes=999-', part(999, 999)],
    ['bytes=999-999', part(999, 999)],
    ['bytes=000500-0000501', part(500, 501)],
    ['bytes=0-1000', part(0, 999)],
    ['bytes=0-99999999999999999999999999', part(0, 999)],
    ['bytes=-1', part(999, 999)],
    ['bytes=-1000', part(0, 999)],
    ['bytes=-1001', part(0, 999)],
    ['bytes=-99999999999999999999999999', part(0, 999)],
    ['BYTES=1-2', part(1, 2)],
    [' bytes=1-2 ', part(1, 2)],
    ['bytes=,1-2', part(1, 2)],
    ['bytes=1-2 , ,', part(1, 2)],
    ['bytes=1000-', NONE],
    ['bytes=1000-1000', NONE],
    ['bytes=99999999999999999999999999-', NONE],
    ['bytes=-0', NONE],
    ['bytes=0-0,2-3', WHOLE],
    ['bytes=0-,0-,0-,0-', WHOLE],
    ['bytes=0-1, bytes=2-3', WHOLE],
    ['bytes=5000-,6000-', WHOLE],
    ['bytes=2-1', WHOLE],
    ['bytes=2000-1999', WHOLE],
    ['bytes=10000000000000000000000001-10000000000000000000000000', WHOLE],
    ['bytes=-', WHOLE],
    ['bytes=', WHOLE],
    ['bytes=,', WHOLE],
    ['bytes', WHOLE],
    ['bytes 0-1', WHOLE],
    ['bytes=a-b', WHOLE],
    ['bytes=0x1-2', WHOLE],
    ['bytes=1.5-2', WHOLE],
    ['bytes=+1-2', WHOLE],
    ['bytes=--1', WHOLE],
    ['bytes=1-2-3', WHOLE],
    ['bytes=1 - 2', WHOLE],
    ['bytes=1-2;q=1', WHOLE],
    ['bytes=１-２', WHOLE],
    ['items=0-1', WHOLE],
    ['seconds=1-2', WHOLE],
    ['bytes =0-1', WHOLE],
    ['bytes=0-1\nx', WHOLE],
  ])('%j gives %o', (header, expected) => {
    expect(parseRange(header, 1000)).toEqual(expected)
  })

  it('finds nothing in an empty representation but all of its end', () => {
    expect(parseRange('bytes=0-', 0)).toEqual(NONE)
    expect(parseRange('bytes=-0', 0)).toEqual(NONE)
    expect(parseRange('bytes=-5', 0)).toEqual(WHOLE)
  })

  it('counts exactly beyond four gigabytes', () => {
    const size = 5_000_000_000_000
    expect(parseRange(`bytes=${size - 1}-`, size)).toEqual(part(size - 1, size - 1))
  })
})

describe('parseRange', () => {
  const size = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })

  it('never leaves the representation, whatever the header', () => {
    const header = fc.oneof(fc.string(), fc.stringMatching(/^bytes=[-0-9, ]{0,40}$/))
    fc.assert(
      fc.property(header, size, (text, byteLength) => {
        const range = parseRange(text, byteLength)
        if (range.kind !== 'part') return
        expect(0 <= range.first && range.first <= range.last && range.last < byteLength).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('gives back the range that was asked for when it lies inside', () => {
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(), (byteLength, a, b) => {
        const first = a % byteLength
        const last = first + (b % (byteLength - first))
        expect(parseRange(`bytes=${first}-${last}`, byteLength)).toEqual(part(first, last))
        expect(parseRange(`bytes=-${byteLength - first}`, byteLength)).toEqual(part(first, byteLength - 1))
      }),
    )
  })
})
