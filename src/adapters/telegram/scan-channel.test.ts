import { describe, expect, it } from 'vitest'
import { memoryChannelLedger } from '#adapters/memory/memory-channel-ledger.ts'
import {
  bytesOf,
  differences,
  LIBRARY,
  NO_DIFFERENCES,
  noise,
  sha256Of,
  sourceOf,
  storeInTelegram,
} from './store.test-support.ts'

const BYTES = noise(20_000)

/** Looks go to a private chat with an admin, or stay within the channel. */
const WAYS = [
  ['a private chat', true],
  ['the channel itself', false],
] as const

describe.each(WAYS)('a scan that looks through %s', (_way, isPrivate) => {
  const open = async (about: Parameters<typeof storeInTelegram>[0] = {}) => {
    // The first person of an emulated Telegram always has this id.
    const at = await storeInTelegram({ ...about, ...(isPrivate && { scratchChatId: 500_000_001 }) })
    expect(at.telegram.addUser().id).toBe(500_000_001)
    return at
  }

  it('takes the message of a send that a crash ended for the blob, so that it is not sent again', async () => {
    await using at = await open()
    at.telegram.faults.add({ method: 'sendDocument', fault: { do: 'hang', stored: true } })
    void at.store.put(sourceOf('film000000000001/1', BYTES)).catch(() => {})
    while (at.telegram.live(at.chatId).length < 2) await new Promise((resolve) => setTimeout(resolve, 2))
    const again = await at.again()
    expect(await again.scan(at.chatId)).toMatchObject({ adopted: 1, deleted: 0 })
    const ref = await again.put(sourceOf('film000000000001/1', BYTES))
    expect(at.telegram.journal.of('sendDocument')).toHaveLength(1)
    expect((await bytesOf(await again.get(ref))).equals(BYTES)).toBe(true)
  })

  it('leaves alone what is still under way', async () => {
    await using at = await open()
    at.telegram.faults.add({ method: 'sendDocument', fault: { do: 'delay', ms: 20_000 } })
    const putting = at.store.put(sourceOf('film000000000001/1', BYTES))
    while (at.telegram.journal.of('sendDocument').length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    at.telegram.happen({ what: 'post', chatId: at.chatId, times: 3 })
    const reports = [await at.store.scan(at.chatId), await at.store.scan(at.chatId)]
    expect(reports).toMatchObject([
      { deleted: 0, adopted: 0 },
      { deleted: 0, adopted: 0 },
    ])
    await putting
    await at.store.scan(at.chatId)
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
  })

  it('never touches what strangers and Telegram write, and remembers it', async () => {
    await using at = await open()
    at.telegram.happen({ what: 'post', chatId: at.chatId, text: 'Hello', times: 2 })
    await at.store.put(sourceOf('film000000000001/1', BYTES))
    at.telegram.happen({ what: 'post', chatId: at.chatId, text: `t1 otherlibrary probe abcdefghijk` })
    const messageId = Math.max(...at.telegram.live(at.chatId).map((message) => message.messageId))
    at.telegram.happen({ what: 'pin', chatId: at.chatId, messageId })
    const before = at.telegram.live(at.chatId).map((message) => message.messageId)
    expect(await at.store.scan(at.chatId)).toMatchObject({ deleted: 0, adopted: 0, foreign: 5 })
    expect(at.telegram.live(at.chatId).map((message) => message.messageId)).toEqual(before)
    const looks = at.telegram.journal.of('forwardMessage').length
    expect(await at.store.scan(at.chatId)).toMatchObject({ looked: 0, foreign: 0 })
    expect(at.telegram.journal.of('forwardMessage')).toHaveLength(looks)
  })

  it('removes probes and copies whose own answers were lost', async () => {
    await using at = await open()
    at.telegram.happen({ what: 'post', chatId: at.chatId })
    at.telegram.faults.add(
      { method: 'sendMessage', fault: { do: 'cut-after' } },
      { method: 'deleteMessages', nth: 1, times: 2, fault: { do: 'html', status: 502 } },
    )
    await at.store.put(sourceOf('film000000000001/1', BYTES))
    at.telegram.faults.add({ method: 'forwardMessage', nth: 2, fault: { do: 'cut-after' } })
    for (const _time of [1, 2, 3]) await at.store.scan(at.chatId)
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
    expect(await at.store.scan(at.chatId)).toMatchObject({ looked: 0 })
  })

  it('goes on where it failed', async () => {
    await using at = await open()
    at.telegram.happen({ what: 'post', chatId: at.chatId, times: 12 })
    const botId = at.telegram.bots[0]?.id ?? 0
    const events = [{ what: 'revoke-token', botId }] as const
    at.telegram.faults.add({ method: 'forwardMessage', nth: 4, fault: { do: 'happen', events } })
    await expect(at.store.scan(at.chatId)).rejects.toMatchObject({ code: 'credentials-refused' })
    at.telegram.happen({ what: 'restore-token', botId })
    const again = await at.again()
    expect(await again.scan(at.chatId)).toMatchObject({ deleted: 1 })
    expect(await again.scan(at.chatId)).toMatchObject({ looked: 0 })
    expect(await at.ledger.mark(at.chatId)).toBeGreaterThan(12)
  })

  it('fills an empty ledger from the channel, with one copy of each blob, and knows the same refs', async () => {
    await using at = await open()
    at.telegram.faults.add({ method: 'sendDocument', nth: 2, fault: { do: 'cut-after' } })
    const names = [1, 2, 3].map((index) => `film000000000001/${index}`)
    const refs = await Promise.all(names.map((name) => at.store.put(sourceOf(name, BYTES))))
    const ledger = memoryChannelLedger()
    const rebuilt = await at.again({ ledger })
    expect(await rebuilt.scan(at.chatId, { adoptUnknown: true })).toMatchObject({ adopted: 3, deleted: 1 })
    expect((await Array.fromAsync(rebuilt.list())).map(({ ref }) => ref).sort()).toEqual([...refs].sort())
    for (const ref of refs) expect((await bytesOf(await rebuilt.get(ref))).equals(BYTES)).toBe(true)
    expect(await differences({ telegram: at.telegram, ledger })).toEqual(NO_DIFFERENCES)
    expect(await rebuilt.scan(at.chatId, { adoptUnknown: true })).toMatchObject({ looked: 0 })
  })

  it('deletes what is ours and unknown to a ledger that is not being rebuilt', async () => {
    await using at = await open()
    await at.store.put(sourceOf('film000000000001/1', BYTES))
    const ledger = memoryChannelLedger()
    expect(await (await at.again({ ledger })).scan(at.chatId)).toMatchObject({ adopted: 0, deleted: 1 })
  })

  it('does not believe a bot that sees nothing', async () => {
    await using at = await open({
      telegram: { bots: 2, channels: 0 },
      prepare: ({ addChannel }) => addChannel({ username: 'public_one' }),
    })
    const refs = await Promise.all([1, 2, 3].map((index) => at.store.put(sourceOf(`film000000000001/${index}`, BYTES))))
    at.telegram.happen({ what: 'post', chatId: at.chatId, times: 10 })
    // Of a public channel a bot that was thrown out is told that messages do not exist.
    at.telegram.happen({ what: 'leave', chatId: at.chatId, botId: at.telegram.bots[0]?.id ?? 0 })
    expect(await at.store.scan(at.chatId)).toMatchObject({ missing: 0, foreign: 11 })
    for (const ref of refs) expect(await at.store.size(ref)).toBe(BYTES.byteLength)
  })
})

describe('a scan', () => {
  it('of a channel with a horizon leaves what it cannot reach', async () => {
    await using at = await storeInTelegram({ telegram: { habits: { horizon: 10 } } })
    const ref = await at.store.put(sourceOf('film000000000001/1', BYTES))
    at.telegram.happen({ what: 'post', chatId: at.chatId, times: 20 })
    expect(await at.store.scan(at.chatId)).toMatchObject({ deleted: 0 })
    expect(await at.store.size(ref)).toBeNull()
    expect(await at.ledger.blob(ref)).not.toBeNull()
  })

  it('of a channel that forbids forwarding says what to change', async () => {
    await using at = await storeInTelegram()
    at.telegram.happen({ what: 'post', chatId: at.chatId }, { what: 'protect', chatId: at.chatId, on: true })
    await expect(at.store.scan(at.chatId)).rejects.toMatchObject({
      code: 'store-refused',
      fix: expect.stringContaining('Restrict saving content'),
    })
  })

  it('judges a message by its caption, whoever wrote it there', async () => {
    await using at = await storeInTelegram()
    const hash = Buffer.from(sha256Of(BYTES), 'hex').toString('base64url')
    const caption = `t1 ${LIBRARY} film000000000001/7 20000 ${hash} abcdefghijk`
    at.telegram.happen({ what: 'post', chatId: at.chatId, text: caption })
    const rebuilt = await at.again({ ledger: memoryChannelLedger() })
    expect(await rebuilt.scan(at.chatId, { adoptUnknown: true })).toMatchObject({ adopted: 0 })
    expect(await Array.fromAsync(rebuilt.list())).toEqual([])
  })
})
