import { describe, expect, it } from 'vitest'
import { createSteppedClock } from '#test/support/telegram/stepped-clock.ts'
import { lanesInTelegram, postSome } from './lanes.test-support.ts'

const TEN_MINUTES_MS = 600_000
const STORM_MS = 150_000

/** What token buckets of 1/s (burst 3) and 20/min let through in that time, for one bot; 30/s for all is never reached. */
const BEST_PER_BOT = Math.min(3 + TEN_MINUTES_MS / 1000, 20 + (20 / 60) * (TEN_MINUTES_MS / 1000))

describe('ten minutes of posting as fast as it goes', () => {
  it.each([1, 4, 10])(
    'with %i bots gets nine tenths of what the buckets allow, and never calls early',
    async (bots) => {
      using clock = createSteppedClock()
      await using set = await lanesInTelegram({ bots, rates: 'real', latencyMs: 50, clock })
      await postUntil(set, TEN_MINUTES_MS, 3 * bots)
      const { posted, perBot, early, limits } = figuresOf(set)
      const best = BEST_PER_BOT * bots
      const balance = Math.max(...perBot) / Math.min(...perBot)
      const share = ((100 * posted) / best).toFixed(1)
      tell(
        `${bots} bots: ${posted} of ${best} possible (${share} %), ${limits} × 429, ${early} early, balance ${balance.toFixed(2)}`,
      )
      expect(early).toBe(0)
      expect(posted / best).toBeGreaterThanOrEqual(0.9)
      expect(balance).toBeLessThanOrEqual(1.2)
    },
    60_000,
  )

  it('obeys waits of 1 to 60 seconds out of the blue, and is back at its speed when they end', async () => {
    using clock = createSteppedClock()
    await using set = await lanesInTelegram({ bots: 4, rates: 'real', latencyMs: 50, clock })
    const { telegram } = set
    const waits = [1, 2, 3, 5, 8, 13, 60]
    telegram.faults.random({
      seed: 7,
      faults: waits.map((retryAfterSec) => ({
        share: 0.2 / waits.length,
        method: 'sendDocument',
        fault: { do: 'flood', retryAfterSec },
      })),
    })
    await postUntil(set, STORM_MS, 12)
    const inStorm = figuresOf(set)
    telegram.faults.clear()
    // The longest wait that was asked for.
    telegram.happen({ what: 'jump', ms: 60_000 })
    telegram.journal.clear()
    await postUntil(set, STORM_MS, 12)
    const after = figuresOf(set)
    const best = 4 * (20 / 60) * (STORM_MS / 1000)
    tell(
      `storm: ${inStorm.posted} posted, ${inStorm.limits} × 429, ${inStorm.early} early; after it ${after.posted} of ${best}`,
    )
    expect(inStorm.limits).toBeGreaterThan(10)
    expect(inStorm.early + after.early).toBe(0)
    expect(after.posted / best).toBeGreaterThanOrEqual(0.9)
  }, 60_000)
})

type Set = Awaited<ReturnType<typeof lanesInTelegram>>

async function postUntil({ lanes, telegram }: Set, endMs: number, parallel: number): Promise<void> {
  const end = new AbortController()
  const startMs = telegram.clock.nowMs()
  const stop = telegram.clock.sleep(endMs, end.signal).then(() => end.abort(new Error('time is over')))
  const poster = async () => {
    for (;;) await lanes.run({ kind: 'send', signal: end.signal }, postSome)
  }
  await Promise.allSettled([stop, ...Array.from({ length: parallel }, poster)])
  expect(telegram.clock.nowMs() - startMs).toBeGreaterThanOrEqual(endMs)
}

function figuresOf({ telegram }: Set): { posted: number; perBot: number[]; early: number; limits: number } {
  const calls = telegram.journal.of('sendDocument')
  const perBot = telegram.bots.map(
    ({ id }) => calls.filter(({ botId, status }) => botId === id && status === 200).length,
  )
  return {
    posted: perBot.reduce((sum, count) => sum + count, 0),
    perBot,
    early: telegram.journal.early.length,
    limits: calls.filter(({ status }) => status === 429).length,
  }
}

/** The figures, for whoever runs it by hand. */
function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}
