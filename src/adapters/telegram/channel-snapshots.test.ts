import { describe, expect, it } from 'vitest'
import { memoryChannelLedger } from '#adapters/memory/memory-channel-ledger.ts'
import type { ChannelSnapshots } from './channel-snapshots.ts'
import { OneLife } from './one-life.test-support.ts'
import {
  bytesOf,
  differences,
  NO_DIFFERENCES,
  noise,
  silence,
  sourceOf,
  storeInTelegram,
} from './store.test-support.ts'

const BYTES = noise(3000)
const TWO_CHANNELS = { telegram: { bots: 2, channels: 2 } }

/** Turns every bit and knows the name: enough to see that parts are sealed and opened as they should be. */
const SEALING = {
  seal: (name: string, plain: Uint8Array) =>
    Buffer.concat([Buffer.from(`${name}\n`), plain.map((byte) => byte ^ 0xff)]),
  open(name: string, sealed: Uint8Array) {
    const head = Buffer.from(`${name}\n`)
    if (!Buffer.from(sealed.subarray(0, head.byteLength)).equals(head)) throw new Error('Sealed under another name.')
    return sealed.subarray(head.byteLength).map((byte) => byte ^ 0xff)
  },
}

describe('a snapshot in the channels', () => {
  it('is found again with nothing but bots and channels, and knows every message', async () => {
    await using at = await storeInTelegram({ ...TWO_CHANNELS, replicas: 2 })
    const refs = await Promise.all([1, 2, 3].map((index) => at.store.put(sourceOf(`film000000000001/${index}`, BYTES))))
    await at.store.sweep()
    await save(at.store.snapshots(SEALING), 'the catalog')
    const late = await at.store.put(sourceOf('film000000000002/1', BYTES))

    const ledger = memoryChannelLedger()
    const fresh = await at.again({ ledger })
    expect(await textOf(fresh.snapshots(SEALING))).toBe('the catalog')
    expect(await (await fresh.snapshots(SEALING).latest())?.restoreLedger()).toBe(3)
    const looks = at.telegram.journal.of('forwardMessage').length
    for (const { id } of at.telegram.channels) await fresh.scan(id, { adoptUnknown: true })
    expect(at.telegram.journal.of('forwardMessage').length - looks).toBeLessThan(40)
    expect((await Array.fromAsync(fresh.list())).map(({ ref }) => ref).sort()).toEqual([...refs, late].sort())
    for (const ref of [...refs, late]) expect((await bytesOf(await fresh.get(ref))).equals(BYTES)).toBe(true)
    expect(await differences({ telegram: at.telegram, ledger })).toEqual(NO_DIFFERENCES)
  })

  it('may be larger than one message holds', async () => {
    await using at = await storeInTelegram({ ...TWO_CHANNELS, maxBytes: 5000 })
    const lines = Buffer.from(noise(40_000, 3))
    const snapshots = at.store.snapshots(SEALING)
    await snapshots.save(chunksOf(lines))
    expect(at.telegram.journal.of('sendDocument').length).toBeGreaterThan(10)
    const latest = await (await at.again({ ledger: memoryChannelLedger() })).snapshots(SEALING).latest()
    expect((await bytesOf(latest?.read() ?? chunksOf(Buffer.of()))).equals(lines)).toBe(true)
  })

  it('is the newest, and the only one that stays', async () => {
    await using at = await storeInTelegram(TWO_CHANNELS)
    for (const text of ['one', 'two', 'three']) await save(at.store.snapshots(SEALING), text)
    expect(await textOf((await at.again({ ledger: memoryChannelLedger() })).snapshots(SEALING))).toBe('three')
    const names = (await Array.fromAsync(at.ledger.blobs())).map(({ name }) => name)
    expect(names.sort()).toEqual(['snapshot/3/catalog-0', 'snapshot/3/ledger-0', 'superblock/3'])
    await at.store.sweep()
    expect(await differences(at)).toEqual(NO_DIFFERENCES)
  })

  it('is no blob of a video', async () => {
    await using at = await storeInTelegram()
    await save(at.store.snapshots(SEALING), 'the catalog')
    expect(await Array.fromAsync(at.store.list())).toEqual([])
  })

  it('is found by the ledger, or by a scan, when people pin something else', async () => {
    await using at = await storeInTelegram()
    await save(at.store.snapshots(SEALING), 'the catalog')
    at.telegram.happen({ what: 'post', chatId: at.chatId }, { what: 'pin', chatId: at.chatId, messageId: -1 })
    expect(await textOf(at.store.snapshots(SEALING))).toBe('the catalog')
    const fresh = await at.again({ ledger: memoryChannelLedger() })
    expect(await textOf(fresh.snapshots(SEALING))).toBeNull()
    await fresh.scan(at.chatId, { adoptUnknown: true })
    expect(await textOf(fresh.snapshots(SEALING))).toBe('the catalog')
  })

  it('is found in the other channel when one was deleted', async () => {
    await using at = await storeInTelegram({ ...TWO_CHANNELS, replicas: 2 })
    await save(at.store.snapshots(SEALING), 'the catalog')
    at.telegram.happen({ what: 'delete-channel', chatId: at.chatId })
    expect(await textOf((await at.again({ ledger: memoryChannelLedger() })).snapshots(SEALING))).toBe('the catalog')
  })

  it('of which a part is damaged is not taken for whole', async () => {
    await using at = await storeInTelegram()
    await save(at.store.snapshots(SEALING), 'the catalog')
    const [part] = await Array.fromAsync(at.ledger.blobs('snapshot/1/catalog'))
    const messageId = part?.copies[0]?.messageId ?? 0
    at.telegram.happen({ what: 'flip-bit', chatId: at.chatId, messageId, bit: 300 })
    const fresh = await at.again({ ledger: memoryChannelLedger() })
    expect(await fresh.snapshots(SEALING).latest()).toBeNull()
    expect(at.events).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('whole') }),
    )
  })

  it('of which a part was deleted, or that another key sealed, is not taken for whole', async () => {
    await using at = await storeInTelegram()
    await save(at.store.snapshots(SEALING), 'the catalog')
    const fresh = await at.again({ ledger: memoryChannelLedger() })
    const other = { ...SEALING, open: (name: string) => SEALING.open(name, Buffer.from('sealed otherwise')) }
    expect(await fresh.snapshots(other).latest()).toBeNull()
    const [part] = await Array.fromAsync(at.ledger.blobs('snapshot/1/catalog'))
    at.telegram.happen({ what: 'delete-message', chatId: at.chatId, messageId: part?.copies[0]?.messageId ?? 0 })
    expect(await (await at.again({ ledger: memoryChannelLedger() })).snapshots(SEALING).latest()).toBeNull()
  })

  it('is none when none was saved', async () => {
    await using at = await storeInTelegram()
    expect(await at.store.snapshots(SEALING).latest()).toBeNull()
  })

  it('cannot be called missing while the channels cannot be reached', async () => {
    await using at = await storeInTelegram()
    await save(at.store.snapshots(SEALING), 'the catalog')
    const fresh = await at.again({ ledger: memoryChannelLedger() })
    at.telegram.happen({ what: 'kick', chatId: at.chatId, botId: at.telegram.bots[0]?.id ?? 0 })
    await expect(fresh.snapshots(SEALING).latest()).rejects.toMatchObject({ retry: 'later' })
  })

  it('or the one before is always there, at whichever step the process is killed', async () => {
    await using at = await storeInTelegram({ ...TWO_CHANNELS, replicas: 2 })
    await at.store.put(sourceOf('film000000000001/1', BYTES))
    await save(at.store.snapshots(SEALING), 'text 0')
    let step = 1
    for (; ; step++) {
      const life = new OneLife(step)
      const wrapped = { ledger: life.ledger(at.ledger), wrapLanes: life.lanes.bind(life), reached: life.reached }
      const outcome = await life.outcome(save((await at.again(wrapped)).snapshots(SEALING), `text ${step}`))
      const found = await textOf((await at.again({ ledger: memoryChannelLedger() })).snapshots(SEALING))
      expect([`text ${step - 1}`, `text ${step}`]).toContain(found)
      await silence(at.telegram)
      // The next life begins with a sweep, and saves again.
      const store = await at.again()
      await store.sweep()
      expect(await differences(at)).toEqual(NO_DIFFERENCES)
      await save(store.snapshots(SEALING), `text ${step}`)
      if (outcome !== 'dead') break
    }
    expect(step).toBeGreaterThan(15)
  }, 60_000)
})

describe('the libraries of the channels', () => {
  it('are none in new channels', async () => {
    await using at = await storeInTelegram(TWO_CHANNELS)
    at.telegram.happen({ what: 'post', chatId: at.chatId, text: 'Welcome' })
    expect(await at.store.libraries(at.lanes.chatIds)).toEqual([])
  })

  it('are told of one channel also when another is gone', async () => {
    await using at = await storeInTelegram(TWO_CHANNELS)
    const [first = 0, second = 0] = at.lanes.chatIds
    at.telegram.happen({ what: 'delete-channel', chatId: first })
    expect(await at.store.libraries([second])).toEqual([])
  })

  it('are told by what is pinned', async () => {
    await using at = await storeInTelegram(TWO_CHANNELS)
    await save(at.store.snapshots(SEALING), 'the catalog')
    const stranger = await at.again({ ledger: memoryChannelLedger(), libraryId: 'library_002' })
    const expected = at.telegram.channels.map(({ id }) => ({ chatId: id, libraryId: 'library_001' }))
    expect(await stranger.libraries(expected.map(({ chatId }) => chatId))).toEqual(expected)
    expect(await stranger.snapshots(SEALING).latest()).toBeNull()
  })

  it('are told by the newest messages when nothing is pinned', async () => {
    await using at = await storeInTelegram()
    await at.store.put(sourceOf('film000000000001/1', BYTES))
    const stranger = await at.again({ ledger: memoryChannelLedger(), libraryId: 'library_002' })
    expect(await stranger.libraries([at.chatId])).toEqual([{ chatId: at.chatId, libraryId: 'library_001' }])
    await stranger.scan(at.chatId, { adoptUnknown: true })
    expect((await differences(at)).lost).toEqual([])
  })
})

function save(snapshots: ChannelSnapshots, text: string): Promise<void> {
  return snapshots.save(chunksOf(Buffer.from(text)))
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.byteLength; from += 1000) yield bytes.subarray(from, from + 1000)
}

async function textOf(snapshots: ChannelSnapshots): Promise<string | null> {
  const latest = await snapshots.latest()
  return latest && (await bytesOf(latest.read())).toString()
}
