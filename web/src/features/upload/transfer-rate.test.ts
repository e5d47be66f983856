import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TransferRate } from './transfer-rate.ts'

describe('TransferRate', () => {
  it('says nothing before it has seen a while', () => {
    const rate = new TransferRate()
    rate.add(0, 0)
    rate.add(1_000_000, 100)
    expect(rate.bytesPerSec).toBe(0)
  })

  it('tells a steady rate exactly, however often it is asked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 3, max: 200 }), (bytesPerSec, ticks) => {
        const rate = new TransferRate()
        for (let tick = 0; tick < ticks; tick++) rate.add((tick * bytesPerSec) / 4, tick * 250)
        expect(rate.bytesPerSec).toBeCloseTo(bytesPerSec, 3)
      }),
    )
  })

  it('forgets what is older than five seconds', () => {
    const rate = new TransferRate()
    for (let second = 0; second <= 10; second++) rate.add(second * 100, second * 1000)
    for (let second = 11; second <= 20; second++) rate.add(1000, second * 1000)
    expect(rate.bytesPerSec).toBe(0)
  })
})
