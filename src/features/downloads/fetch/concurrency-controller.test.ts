import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConcurrencyController, MOST_CONNECTIONS } from './concurrency-controller.ts'
import { type SimulatedNetwork, simulate } from './simulated-network.test-support.ts'

/** 200 segments, 40 ms, 8 MB/s per connection. */
const PROFILE: SimulatedNetwork = {
  perConnection: 8000,
  inAll: Number.POSITIVE_INFINITY,
  latencyMs: 40,
  segmentBytes: 1_490_358,
}

describe('ConcurrencyController', () => {
  it('climbs fast enough for a short stream where each connection brings its share', () => {
    expect(simulate(new ConcurrencyController({ most: 32 }), PROFILE, 200).tookMs).toBeLessThan(1650)
    expect(simulate(new ConcurrencyController({ most: 16 }), PROFILE, 200).tookMs).toBeLessThan(3150)
    expect(simulate(new ConcurrencyController({ most: 16, start: 16 }), PROFILE, 200).tookMs).toBeLessThan(3000)
  })

  it('comes near the best of any network, with not many more connections than that needs', () => {
    const shares = fc
      .sample(NETWORKS, { numRuns: 100, seed: 1 })
      .map(({ perConnection, carries, latencyMs, segmentMs }) => {
        const controller = new ConcurrencyController({ most: 32 })
        const inAll = perConnection * carries
        const segments = Math.ceil((30_000 / segmentMs) * Math.min(32, carries))
        const network = { perConnection, inAll, latencyMs, segmentBytes: perConnection * segmentMs }
        const late = simulate(controller, network, segments).perSecond.slice(-12, -2)
        // A connection waits before each segment; nothing comes meanwhile.
        const inUse = segmentMs / (segmentMs + latencyMs)
        const best = Math.min(inAll, 32 * perConnection * inUse) * 1000
        expect(controller.connections).toBeLessThanOrEqual(Math.max(24, (carries / inUse) * 2 + 4))
        return mean(late) / best
      })
    expect(Math.min(...shares)).toBeGreaterThan(0.45)
    expect(shares.filter((share) => share > 0.9).length).toBeGreaterThan(75)
  })

  it('keeps away from what the server refuses', () => {
    const controller = new ConcurrencyController({ most: 32 })
    const { perSecond } = simulate(controller, { ...PROFILE, refusedAbove: 10 }, 1200)
    const refusals = controller.changes.filter(({ why }) => why.includes('503')).length
    expect(refusals).toBeGreaterThan(0)
    expect(refusals).toBeLessThan(perSecond.length)
    const late = perSecond.slice(3, -2)
    expect(mean(late)).toBeGreaterThan(8_000_000 * 4)
  })

  it('halves on trouble, once for many that come together, and never below one', () => {
    const controller = new ConcurrencyController({ most: 32, start: 32 })
    for (let n = 0; n < 20; n++) controller.trouble(1000 + n, 'reset')
    expect(controller.connections).toBe(16)
    for (let n = 0; n < 20; n++) controller.trouble(2000 + n * 1000, 'reset')
    expect(controller.connections).toBe(1)
  })

  it('halves when the server takes twice as long to answer, and gets used to it', () => {
    const controller = new ConcurrencyController({ most: 32, start: 32 })
    for (let n = 0; n < 16; n++) controller.firstByte(n, 100)
    expect(controller.connections).toBe(32)
    for (let n = 0; n < 8; n++) controller.firstByte(1000 + n, 250)
    expect(controller.connections).toBe(16)
    for (let n = 0; n < 80; n++) controller.firstByte(9000 + n * 1000, 250)
    expect(controller.connections).toBe(16)
    expect(controller.changes.at(-1)?.why).toBe('the server answers after 250 ms instead of 100 ms')
  })

  it('takes a single broken answer for chance and many for trouble', () => {
    const controller = new ConcurrencyController({ most: 32, start: 8 })
    for (let n = 0; n < 20; n++) controller.brokeOff(n * 1001)
    expect(controller.connections).toBe(8)
    for (let n = 0; n < 4; n++) controller.brokeOff(90_000 + n)
    expect(controller.connections).toBe(4)
  })

  it('stays between one and what it may, whatever happens', () => {
    const steps = fc.array(fc.tuple(fc.nat(400), fc.nat(5), fc.nat(5000), fc.boolean()), { maxLength: 200 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: MOST_CONNECTIONS }), (events, start) => {
        const controller = new ConcurrencyController({ most: start })
        let most = start
        let nowMs = 0
        for (const [ms, kind, n, busy] of events) {
          nowMs += ms
          const happenings = [
            () => controller.received(nowMs, n * 1000, busy),
            () => controller.trouble(nowMs, 'x'),
            () => controller.brokeOff(nowMs),
            () => controller.segmentDone(),
            () => controller.firstByte(nowMs, n),
            () => {
              most = (n % 40) + 1
              controller.setMost(most, nowMs, 'governor')
            },
          ]
          happenings[kind]?.()
          expect(controller.connections).toBeGreaterThanOrEqual(1)
          expect(controller.connections).toBeLessThanOrEqual(most)
          expect(Number.isInteger(controller.connections)).toBe(true)
        }
        for (const change of controller.changes) expect(change.why).not.toMatch(/NaN|Infinity/)
      }),
    )
  })
})

const NETWORKS = fc.record({
  /** Bytes per millisecond. */
  perConnection: fc.integer({ min: 200, max: 20_000 }),
  /** In connections that it carries. */
  carries: fc.integer({ min: 2, max: 60 }),
  latencyMs: fc.integer({ min: 1, max: 300 }),
  segmentMs: fc.integer({ min: 50, max: 1500 }),
})

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
