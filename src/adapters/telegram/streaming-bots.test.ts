import { describe, expect, it } from 'vitest'
import { bytesOf, noise, sourceOf, type StoreInTelegram, storeInTelegram } from './store.test-support.ts'

const BYTES = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => noise(400_000, seed))
/** Slow enough that all are under way at once, of one bot that stores and others that only read. */
const SLOW = { bytesPerSec: 200_000, speed: 4 }

async function putAll({ store }: StoreInTelegram) {
  return Promise.all(BYTES.map((bytes, index) => store.put(sourceOf(`film000000000001/${index}`, bytes))))
}

/** Reads all at once; says who gave them. */
async function readAll({ store }: StoreInTelegram, refs: Awaited<ReturnType<typeof putAll>>): Promise<string[]> {
  const givers: string[] = []
  const reads = refs.map(async (ref, index) => {
    const bytes = await bytesOf(await store.get(ref, { onGiver: (giver) => givers.push(giver) }))
    expect(bytes.equals(Buffer.from(BYTES[index] as Uint8Array))).toBe(true)
  })
  await Promise.all(reads)
  return givers
}

describe('bots that only read', () => {
  it('store nothing, take over reads when the bot that stored has its hands full, and leave nothing behind', async () => {
    await using at = await storeInTelegram({ streaming: 2, telegram: { bots: 3, ...SLOW } })
    const refs = await putAll(at)
    const [storing, ...reading] = at.telegram.bots.map(({ id }) => id)
    expect(new Set(at.telegram.journal.of('sendDocument').map(({ botId }) => botId))).toEqual(new Set([storing]))
    expect(new Set(await readAll(at, refs))).toEqual(new Set(['bot 1', 'streaming bot 1', 'streaming bot 2']))
    const told = at.telegram.journal.of('forwardMessage').map(({ botId }) => botId)
    expect(told.every((botId) => reading.includes(botId ?? 0))).toBe(true)
    expect(told.length).toBeLessThan(refs.length)
    expect(at.telegram.live(at.chatId).filter(({ isService }) => !isService)).toHaveLength(refs.length)
  })

  it('cost no message while there is little to do', async () => {
    await using at = await storeInTelegram({ streaming: 2, telegram: { bots: 3, ...SLOW } })
    const refs = await putAll(at)
    expect(await readAll(at, refs.slice(0, 3))).toEqual(['bot 1', 'bot 1', 'bot 1'])
    expect(at.telegram.journal.of('forwardMessage')).toEqual([])
  })

  it('that are not in the channel are told of, and keep nobody from being served', async () => {
    await using at = await storeInTelegram({ streaming: 1, telegram: { bots: 2, ...SLOW } })
    const refs = await putAll(at)
    const reader = at.telegram.bots[1]?.id ?? 0
    at.telegram.happen({ what: 'kick', botId: reader, chatId: at.chatId })
    expect(new Set(await readAll(at, refs))).toEqual(new Set(['bot 1']))
    const tried = () => at.telegram.journal.of('forwardMessage').filter(({ botId }) => botId === reader).length
    const before = tried()
    expect(before).toBeGreaterThan(0)
    expect(new Set(await readAll(at, refs))).toEqual(new Set(['bot 1']))
    expect(tried()).toBe(before)
    await at.lanes.check()
    expect(at.lanes.status().bots).toMatchObject([{ state: 'ok' }, { setting: 'MULTI_TOKEN1', state: 'no-access' }])
    expect(at.events).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('MULTI_TOKEN1') }),
    )
  })
})
