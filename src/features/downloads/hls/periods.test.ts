import { describe, expect, it } from 'vitest'
import { Periods } from './periods.ts'

describe('Periods', () => {
  it('gives the same discontinuity the same period, whichever rendition asks', () => {
    const periods = new Periods(7)
    expect([7, 8, 8, 10].map((dsn) => periods.of(0, dsn))).toEqual([0, 1, 1, 3])
    expect([7, 8, 9].map((dsn) => periods.of(0, dsn))).toEqual([0, 1, 2])
  })

  it('puts a new beginning behind everything before, and lets a slower rendition follow into it', () => {
    const periods = new Periods(0)
    expect([0, 1, 2].map((dsn) => periods.of(0, dsn))).toEqual([0, 1, 2])
    expect([0, 1].map((dsn) => periods.of(1, dsn))).toEqual([3, 4])
    expect(periods.of(0, 2)).toBe(2)
    expect([0, 1].map((dsn) => periods.of(1, dsn))).toEqual([3, 4])
    expect(periods.of(2, 9)).toBe(5)
  })

  it('goes on with the number that was recorded', () => {
    const periods = new Periods(12, 3, 4)
    expect([periods.of(0, 12), periods.of(0, 13), periods.dsnOf(3), periods.dsnOf(4)]).toEqual([3, 4, 12, 13])
    expect(periods.of(1, 0)).toBe(5)
  })
})
