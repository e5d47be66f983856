import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BOT,
  blobFacts,
  CHANNEL,
  type CreateChannelLedger,
  copyAt,
  OTHER_BOT,
  OTHER_CHANNEL,
} from './channel-ledger-samples.ts'

export function testBotLedger(name: string, create: CreateChannelLedger): void {
  describe(`${name}: bots`, () => {
    it('keeps the handles of each bot apart', async () => {
      await using opened = await create()
      const { ledger } = opened
      const place = { chatId: CHANNEL, messageId: 5 }
      await ledger.saveHandle(place, BOT, 'old')
      await ledger.saveHandle(place, BOT, 'mine')
      await ledger.saveHandle(place, OTHER_BOT, 'theirs')
      await ledger.saveHandle({ ...place, messageId: 6 }, BOT, 'next')
      const handles = () => Promise.all([BOT, OTHER_BOT, 1].map((bot) => ledger.handle(place, bot)))
      expect(await handles()).toEqual(['mine', 'theirs', null])
      await ledger.dropHandle(place, BOT)
      await ledger.dropHandle(place, BOT)
      expect(await handles()).toEqual([null, 'theirs', null])
      expect(await ledger.handle({ ...place, messageId: 6 }, BOT)).toBe('next')
    })

    it('keeps a handle when its copy is added again', async () => {
      await using opened = await create()
      const { ledger } = opened
      await ledger.saveHandle(copyAt(5), BOT, 'mine')
      for (let time = 0; time < 2; time++) await ledger.addCopy(blobFacts('film/0'), copyAt(5))
      expect(await ledger.handle(copyAt(5), BOT)).toBe('mine')
    })

    it('remembers one pace per bot and chat, and one for all chats of a bot', async () => {
      await using opened = await create()
      const { ledger } = opened
      const pace = { botId: BOT, chatId: CHANNEL, notBefore: new Date(1_767_225_600_123), callsPerSec: 0.3333 }
      const all = { ...pace, chatId: null, callsPerSec: 30 }
      const others = [
        { ...pace, botId: OTHER_BOT, chatId: null },
        { ...pace, chatId: OTHER_CHANNEL, notBefore: new Date(0) },
      ]
      for (const each of [pace, ...others, { ...all, callsPerSec: 1 }, all]) await ledger.savePace(each)
      await ledger.savePace({ ...pace, callsPerSec: 2 })
      const saved = await ledger.paces()
      expect(saved).toHaveLength(4)
      expect(saved).toEqual(expect.arrayContaining([all, { ...pace, callsPerSec: 2 }, ...others]))
    })

    it('gives facts back as they were set, and null for those that were not', async () => {
      await using opened = await create()
      const { ledger } = opened
      expect(await ledger.fact('snapshot')).toBeNull()
      // What JSON cannot say (-0, undefined) comes back as what it says instead.
      const value = fc.jsonValue().map((each) => JSON.parse(JSON.stringify(each)))
      await fc.assert(
        fc.asyncProperty(value, async (each) => {
          await ledger.setFact('snapshot', each)
          expect(await ledger.fact('snapshot')).toEqual(each)
        }),
        { numRuns: 30, examples: [[null], [0], [''], [{ at: '2025-01-01', ids: [1, 2, { deep: 'a\0b' }] }]] },
      )
      expect(await ledger.fact('other')).toBeNull()
    })

    it('keeps a fact from changing with the object it was set from, or the one it was read as', async () => {
      await using opened = await create()
      const { ledger } = opened
      const value = { list: [1] }
      await ledger.setFact('measured', value)
      value.list.push(2)
      ;((await ledger.fact('measured')) as typeof value).list.push(3)
      expect(await ledger.fact('measured')).toEqual({ list: [1] })
    })
  })
}
