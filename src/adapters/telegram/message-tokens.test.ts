import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Message, MessageTokens } from './message-tokens.ts'
import { Pace } from './pace.ts'

const PER_SEC = 1
const BURST = 3

function tokensOfOneBot(): { readonly tokens: MessageTokens; readonly pace: Pace } {
  const pace = new Pace({ startPerSec: PER_SEC, maxPerSec: PER_SEC, burst: BURST })
  return { tokens: new MessageTokens(pace, BURST), pace }
}

/** As the service counts: the least that was ever in its bucket, when messages arrive at these moments. */
function leastInBucket(arrivals: readonly number[]): number {
  let [inBucket, atMs, least] = [BURST, 0, BURST]
  for (const arrivedMs of [...arrivals].sort((one, other) => one - other)) {
    inBucket = Math.min(BURST, inBucket + ((arrivedMs - atMs) / 1000) * PER_SEC) - 1
    atMs = arrivedMs
    least = Math.min(least, inBucket)
  }
  return least
}

interface Way {
  /** From its beginning to its last byte, if nobody holds it. */
  readonly bodyMs: number
  /** From its last byte to the moment when the service looks at it. */
  readonly arrivesMs: number
  readonly answersMs: number
}

interface Sending {
  readonly message: Message
  readonly way: Way
  readonly wholeMs: number
  endMs: number
}

/** One bot that begins each message as soon as it may, at most four at once. */
class Bot {
  readonly #tokens = tokensOfOneBot().tokens
  readonly #leadMs: number
  #underway: Sending[] = []
  /** When the service looked at each. */
  readonly arrivals: number[] = []

  constructor(leadMs: number) {
    this.#leadMs = leadMs
  }

  sendAll(ways: readonly Way[]): number[] {
    const left = [...ways]
    for (let nowMs = 0; left.length + this.#underway.length > 0; nowMs += 10) {
      this.#hearAnswers(nowMs)
      for (const each of this.#underway) if (each.wholeMs <= nowMs) this.#leave(each, nowMs)
      const way = this.#mayBegin(nowMs) ? left.shift() : undefined
      if (way) this.#begin(way, nowMs)
    }
    return this.arrivals
  }

  #hearAnswers(nowMs: number): void {
    for (const { message, endMs } of this.#underway) if (endMs <= nowMs) this.#tokens.end(message, nowMs, true)
    this.#underway = this.#underway.filter(({ endMs }) => endMs > nowMs)
  }

  #leave(each: Sending, nowMs: number): void {
    if (each.message.leftMs !== null || this.#tokens.lastByteAtMs(nowMs) > nowMs) return
    each.message.leftMs = nowMs
    this.arrivals.push(nowMs + each.way.arrivesMs)
    each.endMs = nowMs + each.way.arrivesMs + each.way.answersMs
  }

  #mayBegin(nowMs: number): boolean {
    return this.#underway.length < 4 && this.#tokens.startAtMs(nowMs, this.#leadMs) <= nowMs
  }

  #begin(way: Way, nowMs: number): void {
    const message = this.#tokens.begin()
    this.#underway.push({ message, way, wholeMs: nowMs + way.bodyMs, endMs: Number.POSITIVE_INFINITY })
  }
}

describe('messages of one bot in one chat', () => {
  it('never come faster than the bucket fills, however unevenly they take their way', () => {
    const way = fc.record({
      bodyMs: fc.integer({ min: 0, max: 4000 }),
      arrivesMs: fc.integer({ min: 0, max: 2000 }),
      answersMs: fc.integer({ min: 0, max: 500 }),
    })
    fc.assert(
      fc.property(fc.array(way, { maxLength: 25 }), fc.constantFrom(0, 2000), (ways, leadMs) => {
        expect(leastInBucket(new Bot(leadMs).sendAll(ways))).toBeGreaterThanOrEqual(-1e-6)
      }),
    )
  })

  it('come as fast as the bucket fills when they begin before they may come', () => {
    const ways = Array.from({ length: 12 }, () => ({ bodyMs: 2000, arrivesMs: 0, answersMs: 50 }))
    // Three at once, then one a second.
    expect(Math.max(...new Bot(2000).sendAll(ways))).toBeLessThanOrEqual(2000 + 9 * 1000 + 200)
  })

  it('cost nothing when they were refused, and begin one by one after that', () => {
    const { tokens, pace } = tokensOfOneBot()
    const message = tokens.begin()
    message.leftMs = 0
    tokens.end(message, 50, false)
    expect(tokens.startAtMs(50, 0)).toBeLessThanOrEqual(50)
    pace.limited(50, 0, 5000)
    tokens.restart(50)
    const first = tokens.startAtMs(50, 0)
    expect(first).toBeGreaterThanOrEqual(5050)
    tokens.begin().leftMs = first
    expect(tokens.startAtMs(first, 0)).toBeGreaterThan(first)
  })

  it('are counted when no answer comes for long', () => {
    const { tokens } = tokensOfOneBot()
    for (let count = 0; count < BURST; count++) tokens.begin().leftMs = 0
    expect(tokens.startAtMs(4000, 0)).toBeGreaterThan(4000)
    expect(tokens.startAtMs(7000, 0)).toBeLessThanOrEqual(7000)
  })
})
