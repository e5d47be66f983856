import { describe, expect, it } from 'vitest'
import { memoryChannelLedger } from '#adapters/memory/memory-channel-ledger.ts'
import type { Fault } from '#test/support/telegram/fault-script.ts'
import type { StoreInTelegram } from './store.test-support.ts'
import { bytesOf, noise, sourceOf, storeInTelegram } from './store.test-support.ts'

const NAME = 'film000000000001/1'
const BYTES = noise(400_000)

const FAULTS: readonly (readonly [string, string, Fault])[] = [
  ['is cut in the middle', 'download', { do: 'short-body', bytes: 150_000 }],
  ['is reset in the middle', 'download', { do: 'short-body', bytes: 150_000, reset: true }],
  ['ends early as if that were all', 'download', { do: 'short-body', bytes: 150_000, clean: true }],
  ['gives no byte at all', 'download', { do: 'short-body', bytes: 0 }],
  ['drips', 'download', { do: 'drip', bytesPerSec: 100_000 }],
  ['hangs', 'download', { do: 'hang' }],
  ['is answered 502', 'download', { do: 'html', status: 502 }],
  ['is limited', 'download', { do: 'flood', retryAfterSec: 3 }],
  ['is said to be gone', 'download', { do: 'answer', code: 404, description: 'Not Found' }],
  ['has a wrong bit at its end', 'download', { do: 'flip-bit', bit: 8 * 399_999 }],
  ['gets no link', 'getFile', { do: 'html', status: 500 }],
  [
    'gets no link because the file is not at hand',
    'getFile',
    { do: 'answer', code: 400, description: 'Bad Request: wrong file_id or the file is temporarily unavailable' },
  ],
  [
    'has a handle that is worth nothing',
    'getFile',
    { do: 'answer', code: 400, description: 'Bad Request: invalid file_id' },
  ],
]

describe('a read', () => {
  for (const bots of [1, 2]) {
    it.each(FAULTS)(`that %s gives all bytes all the same, with ${bots} bots`, async (_what, method, fault) => {
      await using at = await storeInTelegram({ telegram: { bots } })
      const ref = await at.store.put(sourceOf(NAME, BYTES))
      at.telegram.faults.add({ method, fault })
      expect((await bytesOf(await at.store.get(ref))).equals(BYTES)).toBe(true)
    })
  }

  it('goes on where it stopped when the service heeds ranges', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 2, habits: { ranges: true } } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    at.telegram.faults.add({ method: 'download', fault: { do: 'short-body', bytes: 300_000 } })
    expect((await bytesOf(await at.store.get(ref))).equals(BYTES)).toBe(true)
    expect(at.telegram.journal.of('download').at(-1)?.bytesOut).toBeLessThan(200_000)
  })

  it('of which one bit was wrong in bytes that are gone out already ends with an error, and the next attempt is whole', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 2 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    at.telegram.faults.add({ method: 'download', fault: { do: 'flip-bit', bit: 80 } })
    await expect(bytesOf(await at.store.get(ref))).rejects.toMatchObject({ code: 'blob-damaged' })
    expect((await bytesOf(await at.store.get(ref, { attempt: 1 }))).equals(BYTES)).toBe(true)
  })

  it('of a file that is damaged where it lies never ends well, without another copy', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 2 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    at.telegram.happen({ what: 'flip-bit', ...(await placeOf(at, ref)), bit: 3_199_999 })
    await expect(bytesOf(await at.store.get(ref))).rejects.toMatchObject({ code: 'blob-damaged' })
  })

  it('of a damaged file is served by the other copy', async () => {
    await using at = await storeInTelegram({ replicas: 2, telegram: { bots: 2, channels: 2 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    at.telegram.happen({ what: 'flip-bit', ...(await placeOf(at, ref)), bit: 3_199_999 })
    expect((await bytesOf(await at.store.get(ref))).equals(BYTES)).toBe(true)
  })

  it('makes a new link when the old one is over an hour old', async () => {
    await using at = await storeInTelegram()
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    await bytesOf(await at.store.get(ref))
    at.telegram.happen({ what: 'jump', ms: 49 * 60_000 })
    await bytesOf(await at.store.get(ref))
    expect(at.telegram.journal.of('getFile')).toHaveLength(1)
    at.telegram.happen({ what: 'jump', ms: 13 * 60_000 })
    expect((await bytesOf(await at.store.get(ref))).equals(BYTES)).toBe(true)
    expect(at.telegram.journal.of('getFile')).toHaveLength(2)
    expect(at.telegram.journal.of('download').filter(({ status }) => status !== 200)).toEqual([])
  })

  it('goes through another bot when the one that stored it is revoked, also in the middle', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 2 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    const sender = at.telegram.live(at.chatId).find(({ caption }) => caption)?.fromId ?? 0
    at.telegram.faults.add(
      { method: 'download', fault: { do: 'short-body', bytes: 100_000 } },
      { method: 'download', botId: sender, fault: { do: 'happen', events: [{ what: 'revoke-token', botId: sender }] } },
    )
    const givers: string[] = []
    const bytes = await bytesOf(await at.store.get(ref, { onGiver: (giver) => givers.push(giver) }))
    expect(bytes.equals(BYTES)).toBe(true)
    expect(new Set(givers)).toEqual(new Set(['bot 1', 'bot 2']))
    at.telegram.happen({ what: 'revoke-token', botId: sender })
    expect((await bytesOf(await (await at.again()).get(ref))).equals(BYTES)).toBe(true)
  })

  it('works through bots that never saw the file, in any order of the tokens, and leaves no copy behind', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 3 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    const sender = at.telegram.live(at.chatId).find(({ caption }) => caption)?.fromId ?? 0
    at.telegram.happen({ what: 'revoke-token', botId: sender })
    const reads = await Promise.all([1, 2, 3].map(async () => bytesOf(await at.store.get(ref))))
    expect(reads.every((bytes) => bytes.equals(BYTES))).toBe(true)
    expect(at.telegram.journal.of('forwardMessage').filter(({ status }) => status === 200)).toHaveLength(1)
    expect(at.telegram.live(at.chatId)).toHaveLength(2)
  })

  it('waits for the bot that knows the file rather than tell others about it, at the price of a message', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 4, channels: 2, speed: 2 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    const reads = await Promise.all(Array.from({ length: 20 }, async () => bytesOf(await at.store.get(ref))))
    expect(reads.every((bytes) => bytes.equals(BYTES))).toBe(true)
    expect(at.telegram.journal.of('forwardMessage')).toEqual([])
    expect(at.telegram.journal.of('getFile')).toHaveLength(1)
  })

  it('is served by the other copy when a message was deleted by hand', async () => {
    await using at = await storeInTelegram({ replicas: 2, telegram: { bots: 2, channels: 2 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    at.telegram.happen({ what: 'delete-message', ...(await placeOf(at, ref)) })
    expect((await bytesOf(await at.store.get(ref))).equals(BYTES)).toBe(true)
    expect(await at.store.size(ref)).toBe(BYTES.byteLength)
  })

  it('of a blob whose only message was deleted by hand says that it is lost', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 2 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    at.telegram.happen({ what: 'delete-message', ...(await placeOf(at, ref)) })
    await expect(at.store.get(ref)).rejects.toMatchObject({ code: 'blob-not-found' })
    expect(await at.store.size(ref)).toBeNull()
  })

  it('never calls lost what bots only cannot see', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 2 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    const other = await at.again({ ledger: await withoutHandles(at) })
    for (const { id } of at.telegram.bots) at.telegram.happen({ what: 'kick', botId: id, chatId: at.chatId })
    await expect(other.get(ref)).rejects.toMatchObject({ code: 'store-unavailable' })
    await expect(other.size(ref)).rejects.toMatchObject({ code: 'store-unavailable' })
    for (const { id } of at.telegram.bots) at.telegram.happen({ what: 'join', botId: id, chatId: at.chatId })
    at.telegram.happen({ what: 'jump', ms: 11 * 60_000 })
    expect((await bytesOf(await other.get(ref))).equals(BYTES)).toBe(true)
  })

  it('stops the transfer when the reader leaves', async () => {
    await using at = await storeInTelegram({ telegram: { bytesPerSec: 200_000 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    for await (const _bytes of await at.store.get(ref)) break
    await new Promise((resolve) => setTimeout(resolve, 50))
    const [download] = at.telegram.journal.of('download')
    expect(download?.endedMs).toBeDefined()
    expect(download?.bytesOut).toBeLessThan(BYTES.byteLength)
  })

  it('gives bytes before all of them have come', async () => {
    await using at = await storeInTelegram({ telegram: { bytesPerSec: 400_000, speed: 5 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    for await (const _bytes of await at.store.get(ref)) {
      expect(at.telegram.journal.of('download')[0]?.endedMs).toBeUndefined()
      break
    }
  })
})

async function withoutHandles({ ledger }: StoreInTelegram) {
  const other = memoryChannelLedger()
  for await (const blob of ledger.blobs()) for (const copy of blob.copies) await other.addCopy(blob, copy)
  return other
}

async function placeOf(at: StoreInTelegram, ref: `${string}:${string}`) {
  const copy = (await at.ledger.blob(ref))?.copies[0]
  if (!copy) throw new Error('The ledger does not know the blob.')
  return copy
}
