import { describe, expect, it } from 'vitest'
import { differences, NO_DIFFERENCES, noise, sourceOf, storeInTelegram } from './store.test-support.ts'

const BYTES = noise(5000)
const HOUR_MS = 3_600_000
const names = (count: number) => Array.from({ length: count }, (_, index) => `film000000000001/${index + 1}`)

describe('a delete', () => {
  it('removes every copy from its channel', async () => {
    await using at = await storeInTelegram({ replicas: 2, telegram: { bots: 2, channels: 2 } })
    const ref = await at.store.put(sourceOf('film000000000001/1', BYTES))
    await at.store.delete(ref)
    expect(at.telegram.channels.flatMap(({ id }) => at.telegram.live(id)).filter(({ caption }) => caption)).toEqual([])
    expect(await at.ledger.blob(ref)).toBeNull()
  })

  it('asked for many at once goes in few calls', async () => {
    await using at = await storeInTelegram({ telegram: { bots: 3 } })
    const refs = await Promise.all(names(20).map((name) => at.store.put(sourceOf(name, BYTES))))
    await Promise.all(refs.map((ref) => at.store.delete(ref)))
    expect(at.telegram.journal.of('deleteMessages').length).toBeLessThanOrEqual(2)
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
    expect(await Array.fromAsync(at.store.list())).toEqual([])
  })

  it('of what a person deleted before is no error', async () => {
    await using at = await storeInTelegram()
    const ref = await at.store.put(sourceOf('film000000000001/1', BYTES))
    const messageId = (await at.ledger.blob(ref))?.copies[0]?.messageId ?? 0
    at.telegram.happen({ what: 'delete-message', chatId: at.chatId, messageId })
    await at.store.delete(ref)
    expect(await at.ledger.blob(ref)).toBeNull()
  })

  it('takes a message that is too old out of the library when it cannot take it out of the channel', async () => {
    await using at = await storeInTelegram()
    const old = await at.store.put(sourceOf('film000000000001/1', BYTES))
    at.telegram.happen({ what: 'jump', ms: 50 * HOUR_MS })
    const young = await at.store.put(sourceOf('film000000000001/2', BYTES))
    await Promise.all([at.store.delete(old), at.store.delete(young)])
    const captions = at.telegram.live(at.chatId).flatMap(({ caption }) => (caption === null ? [] : [caption]))
    expect(captions).toEqual(['t1 library_001 gone'])
    expect([await at.store.size(old), await Array.fromAsync(at.store.list())]).toEqual([null, []])
    await expect(at.store.get(old)).rejects.toMatchObject({ code: 'blob-not-found' })
    await at.store.delete(old)
    expect(await at.store.scan(at.chatId)).toMatchObject({ deleted: 0, adopted: 0 })
  })

  it('that could not reach the channel goes on later, also in another process', async () => {
    await using at = await storeInTelegram()
    const refs = await Promise.all(names(5).map((name) => at.store.put(sourceOf(name, BYTES))))
    at.telegram.faults.add({ method: 'deleteMessages', times: null, fault: { do: 'html', status: 502 } })
    for (const outcome of await Promise.allSettled(refs.slice(0, 3).map((ref) => at.store.delete(ref)))) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store-unavailable' } })
    }
    expect(await Array.fromAsync(at.store.list())).toHaveLength(2)
    at.telegram.faults.clear()
    expect(await (await at.again()).resumeDeletes()).toBe(3)
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
    expect(at.telegram.live(at.chatId).filter(({ caption }) => caption)).toHaveLength(2)
  })

  it('of a blob of which a second message lies unseen does not let the scan take that for the blob', async () => {
    await using at = await storeInTelegram()
    at.telegram.faults.add({ method: 'sendDocument', fault: { do: 'cut-after' } })
    const ref = await at.store.put(sourceOf('film000000000001/1', BYTES))
    await at.store.delete(ref)
    expect(await at.store.scan(at.chatId)).toMatchObject({ adopted: 0, deleted: 1 })
    expect([await differences(at), await Array.fromAsync(at.store.list())]).toEqual([NO_DIFFERENCES, []])
  })

  it('whose own answer was lost is asked again', async () => {
    await using at = await storeInTelegram()
    const ref = await at.store.put(sourceOf('film000000000001/1', BYTES))
    at.telegram.faults.add({ method: 'deleteMessages', fault: { do: 'cut-after' } })
    await at.store.delete(ref)
    expect(await at.ledger.blob(ref)).toBeNull()
  })
})
