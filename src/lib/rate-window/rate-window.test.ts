import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RateWindow } from './rate-window.ts'

const bounds = fc.record({ count: fc.integer({ min: 1, max: 8 }), windowMs: fc.integer({ min: 1, max: 100 }) })
/** Milliseconds between calls, often none. */
const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })), { maxLength: 80 })

describe('a limit over a sliding window', () => {
  it('never allows more than so many in any window, and refuses only when there were so many', () => {
    fc.assert(
      fc.property(bounds, gaps, (given, waits) => {
        const window = new RateWindow(given)
        const allowed: number[] = []
        let now = 0
        for (const wait of waits) {
          now += wait
          const within = allowed.filter((at) => at > now - given.windowMs).length
          const answer = window.take('one', now)
          expect(answer.allowed).toBe(within < given.count)
          if (answer.allowed) allowed.push(now)
          expect(answer.remaining).toBe(given.count - within - (answer.allowed ? 1 : 0))
        }
      }),
    )
  })

  it('says exactly when the next one may come', () => {
    fc.assert(
      fc.property(bounds, gaps, (given, waits) => {
        const window = new RateWindow(given)
        let now = 0
        for (const wait of waits) {
          now += wait
          const { allowed, waitMs } = window.take('one', now)
          if (allowed) continue
          expect(waitMs).toBeGreaterThan(0)
          expect(window.look('one', now + waitMs - 1).allowed).toBe(false)
          expect(window.look('one', now + waitMs).allowed).toBe(true)
          now += waitMs
        }
      }),
    )
  })

  it('counts each key by itself, and looking costs nothing', () => {
    const window = new RateWindow({ count: 1, windowMs: 10 })
    expect(window.take('one', 0).allowed).toBe(true)
    for (let time = 0; time < 3; time++) expect(window.look('other', 1)).toMatchObject({ allowed: true, remaining: 1 })
    expect(window.take('other', 1).allowed).toBe(true)
    expect(window.take('one', 1)).toEqual({ allowed: false, remaining: 0, waitMs: 9 })
  })

  it('remembers no more than it may, whoever asks, and forgets those first who asked longest ago', () => {
    const window = new RateWindow({ count: 3, windowMs: 1000, maxMoments: 10 })
    for (let key = 0; key < 5000; key++) {
      for (let time = 0; time < 3; time++) window.take(`${key}`, key)
      expect(window.held).toBeLessThanOrEqual(10)
    }
    for (let key = 0; key < 5000; key++) window.look(`unseen ${key}`, 5000)
    expect(window.keys).toBeLessThanOrEqual(10)
    expect(window.look('4999', 5000)).toMatchObject({ allowed: false })
    expect(window.look('1', 5000)).toMatchObject({ allowed: true })
  })
})
