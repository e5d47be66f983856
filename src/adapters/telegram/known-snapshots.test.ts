import { describe, expect, it } from 'vitest'
import { memoryChannelLedger } from '#adapters/memory/memory-channel-ledger.ts'
import { ConflictError } from '#domain/errors.ts'
import { bytesOf, differences, NO_DIFFERENCES, noise, sourceOf, storeInTelegram } from './store.test-support.ts'

const BYTES = noise(3000)
const OPEN = { seal: (_name: string, plain: Uint8Array) => plain, open: (_name: string, sealed: Uint8Array) => sealed }

describe('a data folder that came back from an older copy', () => {
  it('sweeps nothing and pins nothing until it knows what the channel knows', async () => {
    await using at = await storeInTelegram()
    const ref = await at.store.put(sourceOf('film000000000001/0', BYTES))
    await at.store.snapshots(OPEN).save(lines('the catalog'))
    const before = at.telegram.live(at.chatId).map(({ messageId }) => messageId)

    const ledger = memoryChannelLedger()
    const older = await at.again({ ledger })
    await expect(older.sweep()).rejects.toBeInstanceOf(ConflictError)
    await expect(older.snapshots(OPEN).save(lines('less'))).rejects.toBeInstanceOf(ConflictError)
    expect(at.telegram.live(at.chatId).map(({ messageId }) => messageId)).toEqual(before)

    await (await older.snapshots(OPEN).latest())?.restoreLedger()
    await older.scan(at.chatId, { adoptUnknown: true })
    await older.sweep()
    expect((await bytesOf(await older.get(ref))).equals(BYTES)).toBe(true)
    expect(await differences({ telegram: at.telegram, ledger })).toEqual(NO_DIFFERENCES)
  })
})

async function* lines(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
