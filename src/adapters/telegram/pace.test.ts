import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Pace } from './pace.ts'

const CHAT = { startPerSec: 1, maxPerSec: 1, burst: 3 }
const TEN_MINUTES_MS = 600_000

interface Bucket {
  readonly perSec: number
  readonly burst: number
}

/** Token buckets that answer with whole seconds, as the service does. */
class Service {
  early = 0
  limits = 0
  readonly #buckets: (Bucket & { tokens: number; atMs: number })[]
  #heldUntilMs = Number.NEGATIVE_INFINITY

  constructor(buckets: readonly Bucket[]) {
    this.#buckets = buckets.map((bucket) => ({ ...bucket, tokens: bucket.burst, atMs: 0 }))
  }

  /** 0 when the call is let through, else `retry_after` in milliseconds. */
  call(nowMs: number): number {
    if (nowMs < this.#heldUntilMs) this.early++
    for (const bucket of this.#buckets) {
      bucket.tokens = Math.min(bucket.burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * bucket.perSec)
      bucket.atMs = nowMs
    }
    const waitSec = Math.max(...this.#buckets.map(({ tokens, perSec }) => (1 - tokens) / perSec))
    if (waitSec > 1e-9) {
      this.limits++
      const retryAfterMs = Math.max(1, Math.ceil(waitSec)) * 1000
      this.#heldUntilMs = nowMs + retryAfterMs
      return retryAfterMs
    }
    for (const bucket of this.#buckets) bucket.tokens--
    return 0
  }

  /** What a client that knows the buckets gets through. */
  static best(buckets: readonly Bucket[], durationMs: number): number {
    return Math.min(...buckets.map(({ perSec, burst }) => Math.floor(burst + (perSec * durationMs) / 1000)))
  }
}

/** One call after the other, as fast as the pace allows; how many came through. */
function keepCalling(pace: Pace, service: Service, latencyMs: number): number {
  let through = 0
  let nowMs = 0
  for (;;) {
    nowMs = Math.max(nowMs, pace.nextAtMs(nowMs))
    if (nowMs > TEN_MINUTES_MS) return through
    pace.take(nowMs)
    const leftMs = nowMs
    const retryAfterMs = service.call(nowMs + latencyMs / 2)
    nowMs += latencyMs
    if (retryAfterMs > 0) pace.limited(nowMs, leftMs, retryAfterMs)
    else {
      through++
      pace.accepted(leftMs)
    }
  }
}

/** What can happen to a pace. */
const EVENTS = {
  take: (pace: Pace, nowMs: number) => pace.take(nowMs),
  accepted: (pace: Pace, nowMs: number) => pace.accepted(nowMs),
  limited: (pace: Pace, nowMs: number, retryAfterMs: number) => pace.limited(nowMs, nowMs, retryAfterMs),
  'limited late': (pace: Pace, nowMs: number, retryAfterMs: number) =>
    pace.limited(nowMs, nowMs - 60_000, retryAfterMs),
  'given back': (pace: Pace) => pace.giveBack(),
}

describe('the pace of one bot', () => {
  it('gets at least nine tenths of what any bucket like the documented ones allows, and never calls early', () => {
    const services = fc.record({
      chatBurst: fc.integer({ min: 1, max: 5 }),
      perMinute: fc.integer({ min: 8, max: 80 }),
      latencyMs: fc.integer({ min: 0, max: 500 }),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(services, ({ chatBurst, perMinute, latencyMs, seed }) => {
        const buckets = [
          { perSec: 1, burst: chatBurst },
          { perSec: perMinute / 60, burst: perMinute },
        ]
        const service = new Service(buckets)
        const through = keepCalling(new Pace(CHAT, randomFrom(seed)), service, latencyMs)
        expect(through / Service.best(buckets, TEN_MINUTES_MS)).toBeGreaterThanOrEqual(0.9)
        expect(service.early).toBe(0)
        // Polite: two or three 429s a minute once it knows, however low the limit is.
        expect(service.limits).toBeLessThan(40)
      }),
    )
  })

  it('calls once a second, after a burst of three, when nothing limits it', () => {
    expect(keepCalling(new Pace(CHAT), new Service([{ perSec: 1000, burst: 1000 }]), 50)).toBe(603)
  })

  it('never says a moment before retry_after is over, in whatever order things happen', () => {
    const events = fc.array(
      fc.record({
        afterMs: fc.nat({ max: 5000 }),
        what: fc.constantFrom('take', 'accepted', 'limited', 'limited late', 'given back'),
        retryAfterMs: fc.nat({ max: 300_000 }),
      }),
    )
    fc.assert(
      fc.property(events, fc.integer(), (steps, seed) => {
        const pace = new Pace(CHAT, randomFrom(seed))
        let nowMs = 0
        let promisedMs = Number.NEGATIVE_INFINITY
        for (const { afterMs, what, retryAfterMs } of steps) {
          nowMs += afterMs
          EVENTS[what](pace, nowMs, retryAfterMs)
          if (what.startsWith('limited')) promisedMs = Math.max(promisedMs, nowMs + retryAfterMs)
          expect(pace.nextAtMs(nowMs)).toBeGreaterThanOrEqual(Math.max(nowMs, promisedMs))
          expect(pace.callsPerSec(nowMs)).toBeGreaterThan(0)
          expect(pace.callsPerSec(nowMs)).toBeLessThanOrEqual(CHAT.maxPerSec)
        }
      }),
    )
  })

  it('halves on a limit, once for all calls that were under way, and climbs back', () => {
    const pace = new Pace(CHAT, () => 0)
    for (let second = 0; second < 60; second++) {
      pace.take(second * 1000)
      pace.accepted(second * 1000)
    }
    pace.limited(60_000, 59_500, 5000)
    pace.limited(60_010, 59_600, 5000)
    pace.limited(60_020, 59_700, 5000)
    expect(pace.limits).toBe(3)
    expect(pace.callsPerSec(60_020)).toBeCloseTo(0.5, 2)
    expect(pace.nextAtMs(61_000)).toBe(65_020)
    expect(pace.callsPerSec(75_000)).toBeCloseTo(0.95, 2)
    expect(pace.callsPerSec(600_000)).toBe(1)
  })

  it('adds chance to a wait and never takes from it', () => {
    const waits = [0, 0.5, 0.999].map((chance) => {
      const pace = new Pace(CHAT, () => chance)
      pace.limited(0, 0, 5000)
      return pace.nextAtMs(0)
    })
    expect(waits).toEqual([5000, 5250, 5499.5])
  })

  it('goes on where another process was, without a burst', () => {
    const pace = new Pace(CHAT)
    pace.resume(1000, 0.25, 9000)
    expect(pace.nextAtMs(1000)).toBe(9000)
    pace.take(9000)
    expect(pace.nextAtMs(9000)).toBe(13_000)
  })
})

function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
