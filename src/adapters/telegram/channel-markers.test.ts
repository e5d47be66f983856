import { describe, expect, it } from 'vitest'
import { memoryChannelLedger } from '#adapters/memory/memory-channel-ledger.ts'
import { noise, type StoreInTelegram, sourceOf, storeInTelegram } from './store.test-support.ts'

const STRANGER = 'library_002'

/** Another data folder with the same settings. */
function strangerTo(at: StoreInTelegram) {
  return at.again({ ledger: memoryChannelLedger(), libraryId: STRANGER })
}

describe('two libraries that begin in one empty channel', () => {
  it.each([0, 10, 40, 90, 200])(
    'find one another, however they meet: one goes on (latency %i ms)',
    async (latencyMs) => {
      await using at = await storeInTelegram({ telegram: { bots: 2, latencyMs } })
      const stranger = await strangerTo(at)
      const found = await Promise.all([at.store, stranger].map((each) => each.librariesBeforeBegin(at.chatId)))
      expect(found.map((libraries) => libraries.length).sort((one, other) => one - other)).toEqual([0, 1])
    },
  )

  it('the later finds the earlier one as long as that has stored nothing', async () => {
    await using at = await storeInTelegram()
    expect(await at.store.librariesBeforeBegin(at.chatId)).toEqual([])
    await at.store.begin(at.chatId)
    await at.store.sweep()
    const stranger = await strangerTo(at)
    const ours = [{ chatId: at.chatId, libraryId: 'library_001' }]
    expect(await stranger.librariesBeforeBegin(at.chatId)).toEqual(ours)
    await stranger.removeMarkers()
    // And the earlier one is not disturbed by who came and went.
    await at.store.put(sourceOf('film000000000001/1', noise(100)))
    expect(await at.store.libraries([at.chatId])).toEqual([])
  })

  it('leave nothing behind in the channel when they end', async () => {
    await using at = await storeInTelegram()
    const before = at.telegram.live(at.chatId).length
    await at.store.librariesBeforeBegin(at.chatId)
    await at.store.begin(at.chatId)
    expect(at.telegram.live(at.chatId)).toHaveLength(before + 1)
    await at.store.removeMarkers()
    expect(at.telegram.live(at.chatId)).toHaveLength(before)
  })
})
