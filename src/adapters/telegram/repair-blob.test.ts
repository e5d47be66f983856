import { describe, expect, it } from 'vitest'
import type { ChannelCopy } from '#domain/channel-ledger.ts'
import {
  bytesOf,
  differences,
  NO_DIFFERENCES,
  noise,
  type StoreInTelegram,
  sourceOf,
  storeInTelegram,
} from './store.test-support.ts'

const BYTES = noise(50_000)
const NAME = 'film000000000001/1'
const TWO_CHANNELS = { replicas: 2, telegram: { bots: 2, channels: 2 } }

describe('a repair', () => {
  it('of a whole blob finds it whole and sends nothing', async () => {
    await using at = await storeInTelegram(TWO_CHANNELS)
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    expect(await at.store.repair(ref, { full: true })).toEqual({ outcome: 'whole', done: [] })
    expect(at.telegram.journal.of('sendDocument')).toHaveLength(2)
  })

  it('makes a new copy from the other when a message was deleted by hand', async () => {
    await using at = await storeInTelegram(TWO_CHANNELS)
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    at.telegram.happen({ what: 'delete-message', ...(await copyOf(at, ref)) })
    const { outcome, done } = await at.store.repair(ref)
    expect([outcome, done.length]).toEqual(['repaired', 2])
    await expectTwoGoodCopies(at, ref)
  })

  it('replaces a damaged copy when it reads everything', async () => {
    await using at = await storeInTelegram(TWO_CHANNELS)
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    at.telegram.happen({ what: 'flip-bit', ...(await copyOf(at, ref)), bit: 77 })
    expect(await at.store.repair(ref)).toMatchObject({ outcome: 'whole' })
    expect(await at.store.repair(ref, { full: true })).toMatchObject({ outcome: 'repaired' })
    await expectTwoGoodCopies(at, ref)
  })

  it('makes the only copy anew from bytes at hand, and from those only when they are the same', async () => {
    await using at = await storeInTelegram()
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    at.telegram.happen({ what: 'delete-message', ...(await copyOf(at, ref)) })
    expect(await at.store.repair(ref)).toMatchObject({ outcome: 'lost' })
    expect(await at.store.repair(ref, { local: sourceOf('x/1', noise(50_000, 9)) })).toMatchObject({ outcome: 'lost' })
    expect(await at.store.repair(ref, { local: sourceOf('x/1', BYTES) })).toMatchObject({ outcome: 'repaired' })
    expect((await bytesOf(await at.store.get(ref))).equals(BYTES)).toBe(true)
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
  })

  it('says in a dry run what it would do, sends nothing and deletes nothing', async () => {
    await using at = await storeInTelegram(TWO_CHANNELS)
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    at.telegram.happen({ what: 'flip-bit', ...(await copyOf(at, ref)), bit: 77 })
    const { outcome, done } = await at.store.repair(ref, { full: true, dryRun: true })
    expect([outcome, done.length, done.at(-1)]).toEqual(['repaired', 2, 'A copy would be made.'])
    expect(at.telegram.journal.of('sendDocument')).toHaveLength(2)
    expect((await at.ledger.blob(ref))?.copies.map(({ state }) => state)).toEqual(['stored', 'stored'])
    expect(await at.store.repair(ref, { full: true })).toMatchObject({ outcome: 'repaired' })
  })

  it('makes the copies that were missing from the beginning', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 2, channels: 2 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    const other = await at.again({ replicas: 2 })
    expect(await other.repair(ref)).toMatchObject({ outcome: 'repaired' })
    await expectTwoGoodCopies(at, ref)
  })

  it('puts a copy elsewhere when its channel is gone', async () => {
    await using at = await storeInTelegram({ replicas: 2, telegram: { bots: 3, channels: 3 } })
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    const { chatId } = await copyOf(at, ref)
    at.telegram.happen({ what: 'delete-channel', chatId })
    expect(await at.store.repair(ref)).toMatchObject({ outcome: 'repaired' })
    const elsewhere = ((await at.ledger.blob(ref))?.copies ?? []).filter((copy) => copy.chatId !== chatId)
    expect(elsewhere).toHaveLength(2)
  })

  it('of a blob whose message holds another file now is not fooled', async () => {
    await using at = await storeInTelegram(TWO_CHANNELS)
    const ref = await at.store.put(sourceOf(NAME, BYTES))
    const blob = await at.ledger.blob(ref)
    const copy = await copyOf(at, ref)
    if (blob) await at.ledger.addCopy(blob, { ...copy, fileUniqueId: 'another' })
    expect(await at.store.repair(ref)).toMatchObject({ outcome: 'repaired' })
    await expectTwoGoodCopies(at, ref)
  })
})

async function copyOf({ ledger }: StoreInTelegram, ref: `${string}:${string}`): Promise<ChannelCopy> {
  const copy = (await ledger.blob(ref))?.copies[0]
  if (!copy) throw new Error('The ledger does not know the blob.')
  return copy
}

async function expectTwoGoodCopies(at: StoreInTelegram, ref: `${string}:${string}`): Promise<void> {
  const copies = (await at.ledger.blob(ref))?.copies ?? []
  expect(new Set(copies.map(({ chatId }) => chatId)).size).toBe(2)
  expect(copies).toHaveLength(2)
  expect(await differences(at)).toEqual(NO_DIFFERENCES)
}
