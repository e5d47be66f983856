import { describe, expect, it } from 'vitest'
import { blobFacts, CHANNEL, type CreateChannelLedger, copyAt, OTHER_CHANNEL } from './channel-ledger-samples.ts'

export function testScanLedger(name: string, create: CreateChannelLedger): void {
  describe(`${name}: scans`, () => {
    it('moves the mark of each channel up, never down', async () => {
      await using opened = await create()
      const { ledger } = opened
      expect(await ledger.mark(CHANNEL)).toBe(0)
      await ledger.setMark(CHANNEL, 20)
      await ledger.setMark(CHANNEL, 10)
      expect([await ledger.mark(CHANNEL), await ledger.mark(OTHER_CHANNEL)]).toEqual([20, 0])
      await ledger.setMark(CHANNEL, 3_000_000_000)
      expect(await ledger.mark(CHANNEL)).toBe(3_000_000_000)
    })

    it('knows the ids that a copy owns, whatever its state, and those that were noted, in the range asked for', async () => {
      await using opened = await create()
      const { ledger } = opened
      await ledger.addCopy(blobFacts('film/0'), copyAt(5))
      await ledger.addCopy(blobFacts('film/0'), { ...copyAt(7), state: 'deleting' })
      await ledger.addCopy(blobFacts('film/0'), { ...copyAt(8), state: 'undeletable' })
      await ledger.addCopy(blobFacts('film/0'), copyAt(6, OTHER_CHANNEL))
      await ledger.noteId({ chatId: CHANNEL, messageId: 9 }, 'foreign')
      await ledger.noteId({ chatId: CHANNEL, messageId: 10 }, 'missing')
      await ledger.noteId({ chatId: CHANNEL, messageId: 10 }, 'foreign')
      await ledger.noteId({ chatId: CHANNEL, messageId: 7 }, 'missing')
      const known = async (first: number, last: number) =>
        [...(await ledger.knownIds(CHANNEL, first, last))].sort((one, other) => one - other)
      expect(await known(0, 9)).toEqual([5, 7, 8, 9])
      expect(await known(5, 5)).toEqual([5])
      expect(await known(6, 6)).toEqual([])
      expect(await known(9, 4_000_000_000)).toEqual([9, 10])
      expect(await known(9, 8)).toEqual([])
      expect(await ledger.knownIds(OTHER_CHANNEL, 0, 100)).toEqual(new Set([6]))
    })

    it('forgets what was noted up to the mark, not the copies', async () => {
      await using opened = await create()
      const { ledger } = opened
      await ledger.addCopy(blobFacts('film/0'), copyAt(1))
      for (const messageId of [2, 3, 4]) await ledger.noteId({ chatId: CHANNEL, messageId }, 'missing')
      await ledger.noteId({ chatId: OTHER_CHANNEL, messageId: 2 }, 'missing')
      await ledger.setMark(CHANNEL, 3)
      expect(await ledger.knownIds(CHANNEL, 0, 10)).toEqual(new Set([1, 4]))
      expect(await ledger.knownIds(OTHER_CHANNEL, 0, 10)).toEqual(new Set([2]))
    })
  })
}
