import { describe, expect, it } from 'vitest'
import { createSteppedClock } from '#test/support/telegram/stepped-clock.ts'
import { lanesInTelegram, postSome } from './lanes.test-support.ts'
import type { PacedLanes } from './paced-lanes.ts'

const SEND = { kind: 'send' } as const

describe('what Telegram lets through', () => {
  it('holds for whoever comes after a process that was killed before it wrote anything down', async () => {
    using clock = createSteppedClock()
    await using set = await lanesInTelegram({ rates: 'real', clock })
    const three = (lanes: PacedLanes) => Promise.all([1, 2, 3].map(() => lanes.run(SEND, postSome)))
    await three(set.lanes)
    await clock.sleep(1000)
    await three(await set.restart())
    expect(set.telegram.journal.of('sendDocument').map(({ status }) => status)).toEqual(Array(6).fill(200))
  })

  it('is learned: a bot that may not send several messages at once does not try it for ever', async () => {
    using clock = createSteppedClock()
    await using set = await lanesInTelegram({ rates: { chat: { perSec: 1, burst: 1 } }, clock })
    const round = async () => {
      set.telegram.journal.clear()
      await Promise.all([1, 2, 3].map(() => set.lanes.run(SEND, postSome)))
      await clock.sleep(60_000)
      return set.telegram.journal.of('sendDocument').filter(({ status }) => status === 429).length
    }
    expect(await round()).toBeGreaterThan(0)
    await round()
    await round()
    expect([await round(), await round()]).toEqual([0, 0])
    expect(set.telegram.journal.early).toEqual([])
  })
})
