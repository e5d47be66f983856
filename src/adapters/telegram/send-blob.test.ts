import { describe, expect, it } from 'vitest'
import type { Fault } from '#test/support/telegram/fault-script.ts'
import { bytesOf, differences, NO_DIFFERENCES, noise, sourceOf, storeInTelegram } from './store.test-support.ts'

const NAME = 'film000000000001/1'
const BYTES = noise(50_000)

/** What happens to the message, and how many are left over before a scan. */
const FAULTS: readonly (readonly [string, number, Fault])[] = [
  ['is stored and whose answer is cut off', 1, { do: 'cut-after' }],
  ['is stored and whose connection is reset', 1, { do: 'cut-after', reset: true }],
  ['is stored and answered 502', 1, { do: 'html', status: 502, stored: true }],
  [
    'is stored and answered 500',
    1,
    { do: 'answer', code: 500, description: 'Internal Server Error: restart', stored: true },
  ],
  ['is stored and answered 429 by a server that shuts down', 1, { do: 'flood', retryAfterSec: 5, stored: true }],
  ['is stored and never answered', 1, { do: 'hang', stored: true }],
  ['is cut off before its end', 0, { do: 'cut-before' }],
  ['is answered 502 and not stored', 0, { do: 'html', status: 502 }],
  ['must wait', 0, { do: 'flood', retryAfterSec: 20 }],
  ['is answered with half of an answer', 1, { do: 'short-body' }],
  ['is said to be shorter than it is', 0, { do: 'wrong-size', delta: -1 }],
]

describe('a put', () => {
  it.each(FAULTS)('whose message %s stores once, and one scan leaves nothing over', async (_what, leftOver, fault) => {
    await using at = await storeInTelegram({ telegram: { bots: 2 } })
    at.telegram.faults.add({ method: 'sendDocument', fault })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    expect((await bytesOf(await at.store.get(ref))).equals(BYTES)).toBe(true)
    expect((await differences(at)).orphans).toHaveLength(leftOver)
    // They tell whoever asks that a scan has something to look for.
    expect((await at.ledger.intents()).length).toBeGreaterThanOrEqual(leftOver)
    await at.store.scan(at.chatId)
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
    expect(await at.ledger.intents()).toEqual([])
    expect(at.telegram.journal.early).toEqual([])
    const again = await at.store.scan(at.chatId)
    expect(again).toMatchObject({ adopted: 0, deleted: 0, skipped: 0 })
  })

  it('of bytes that are there already sends nothing', async () => {
    await using at = await storeInTelegram()
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    expect(await (await at.again()).put(sourceOf(NAME, BYTES))).toBe(ref)
    expect(at.telegram.journal.of('sendDocument')).toHaveLength(1)
  })

  it('asked for several times at once sends once', async () => {
    await using at = await storeInTelegram()
    const refs = await Promise.all([1, 2, 3].map(() => at.store.put(sourceOf(NAME, BYTES))))
    expect([new Set(refs).size, at.telegram.journal.of('sendDocument').length]).toEqual([1, 1])
  })

  it('goes through another bot when a token is revoked, and says so to nobody who stores', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 2 } })
    at.telegram.happen({ what: 'revoke-token', botId: at.telegram.bots[0]?.id ?? 0 })
    for (const index of [1, 2, 3]) await at.store.put(sourceOf(`film000000000001/${index}`, BYTES))
    const senders = at.telegram.live(at.chatId).flatMap(({ fromId, caption }) => (caption ? [fromId] : []))
    expect(new Set(senders)).toEqual(new Set([at.telegram.bots[1]?.id]))
  })

  it('goes to the other channel when a bot is thrown out of one, or one is gone', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 2, channels: 2 } })
    const [one, two] = at.telegram.channels
    at.telegram.happen({ what: 'kick', botId: at.telegram.bots[0]?.id ?? 0, chatId: one?.id ?? 0 })
    at.telegram.happen({ what: 'delete-channel', chatId: one?.id ?? 0 })
    for (const index of [1, 2, 3]) await at.store.put(sourceOf(`film000000000001/${index}`, BYTES))
    expect(at.telegram.live(two?.id ?? 0).filter(({ caption }) => caption)).toHaveLength(3)
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
  })

  it('keeps every blob in as many channels as there should be copies', async () => {
    await using at = await storeInTelegram({ replicas: 2, telegram: { bots: 3, channels: 3 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    const copies = (await at.ledger.blob(ref))?.copies ?? []
    expect(new Set(copies.map(({ chatId }) => chatId)).size).toBe(2)
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
  })

  it('is content with one copy, and warns, while the other channel cannot be reached', async () => {
    await using at = await storeInTelegram({ replicas: 2, telegram: { bots: 2, channels: 2 } })
    at.telegram.happen({ what: 'delete-channel', chatId: at.telegram.channels[1]?.id ?? 0 })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    expect((await at.ledger.blob(ref))?.copies).toHaveLength(1)
    expect(at.events).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('repair') }),
    )
  })

  it('reads the first blob of a video back, and sends it again when it is not what was sent', async () => {
    await using at = await storeInTelegram()
    at.telegram.faults.add({ method: 'sendDocument', fault: { do: 'store-flipped' } })
    const ref = await at.store.put(sourceOf('film000000000001/0', BYTES))
    expect((await bytesOf(await at.store.get(ref))).equals(BYTES)).toBe(true)
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
  })

  it('says so when Telegram alters what it is given', async () => {
    await using at = await storeInTelegram()
    at.telegram.faults.add({ method: 'sendDocument', times: null, fault: { do: 'store-flipped' } })
    await expect(at.store.put(sourceOf('film000000000001/0', BYTES))).rejects.toMatchObject({ code: 'store-refused' })
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
  })

  it('of a source that changes between two reads stores nothing', async () => {
    await using at = await storeInTelegram()
    let opens = 0
    const changing = { ...sourceOf(NAME, BYTES), open: () => sourceOf(NAME, noise(50_000, ++opens)).open() }
    await expect(at.store.put(changing)).rejects.toMatchObject({ code: 'blob-damaged' })
    expect(at.telegram.live(at.chatId).filter(({ caption }) => caption)).toEqual([])
    expect(await at.ledger.intents()).toEqual([])
  })

  it('that is given up in the middle leaves nothing after a scan', async () => {
    await using at = await storeInTelegram()
    const stop = new AbortController()
    at.telegram.faults.add({ method: 'sendDocument', fault: { do: 'hang', stored: true } })
    const putting = at.store.put(sourceOf(NAME, BYTES), stop.signal)
    while (at.telegram.live(at.chatId).length < 2) await new Promise((resolve) => setTimeout(resolve, 2))
    stop.abort(new Error('enough'))
    await expect(putting).rejects.toThrow('enough')
    await at.store.scan(at.chatId)
    expect([await differences(at), await Array.fromAsync(at.store.list())]).toEqual([NO_DIFFERENCES, []])
  })
})

describe('a channel that fills up', () => {
  it('is warned of, takes no more when it is full, and the next one does', async () => {
    await using at = await storeInTelegram({ rollOverAtId: 6, telegram: { channels: 2, bots: 2 } })
    const [one, two] = at.telegram.channels
    at.telegram.happen({ what: 'post', chatId: one?.id ?? 0, times: 3 })
    for (let index = 1; index <= 6; index++) await at.store.put(sourceOf(`film000000000001/${index}`, BYTES))
    expect(at.events).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('% full') }),
    )
    expect(Math.max(...at.telegram.live(one?.id ?? 0).map(({ messageId }) => messageId))).toBe(6)
    expect(at.telegram.live(two?.id ?? 0)).toHaveLength(5)
    expect(await at.store.figures()).toMatchObject([
      { chatId: one?.id, isNearlyFull: true, isFull: true, topMessageId: 6, rollOverAtId: 6 },
      { chatId: two?.id, isFull: false },
    ])
  })

  it('refuses with a word on what helps when there is no other', async () => {
    await using at = await storeInTelegram({ rollOverAtId: 3 })
    for (const index of [1, 2]) await at.store.put(sourceOf(`film000000000001/${index}`, BYTES))
    await expect(at.store.put(sourceOf('film000000000001/3', BYTES))).rejects.toMatchObject({
      code: 'store-refused',
      fix: expect.stringContaining('CHAT_ID_2'),
    })
  })
})
