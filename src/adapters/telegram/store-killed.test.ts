import { describe, expect, it } from 'vitest'
import type { BlobRef } from '#domain/blob-store.ts'
import { OneLife } from './one-life.test-support.ts'
import {
  bytesOf,
  differences,
  NO_DIFFERENCES,
  noise,
  silence,
  type StoreInTelegram,
  sourceOf,
  storeInTelegram,
} from './store.test-support.ts'
import type { TelegramBlobStore } from './telegram-blob-store.ts'

const BYTES = noise(2000)
const names = [1, 2, 3].map((index) => `film000000000001/${index}`)

/** Stores three blobs of which one is damaged by hand and mended, deletes one, sweeps. Run again it ends the same. */
async function work(at: StoreInTelegram, store: TelegramBlobStore): Promise<void> {
  await store.sweep()
  const refs = await Promise.all(names.map((name) => store.put(sourceOf(name, BYTES))))
  const [mended = '' as BlobRef, deleted = '' as BlobRef] = refs
  await loseOneCopy(at, mended)
  await store.repair(mended)
  await store.delete(deleted)
  await store.sweep()
}

async function loseOneCopy(at: StoreInTelegram, ref: BlobRef): Promise<void> {
  const copies = (await at.ledger.blob(ref))?.copies ?? []
  const live = copies.filter(({ chatId, messageId }) =>
    at.telegram.live(chatId).some((each) => each.messageId === messageId),
  )
  if (live.length > 1 && live[0]) at.telegram.happen({ what: 'delete-message', ...live[0] })
}

describe('a process that is killed at any step of storing, mending, deleting and sweeping', () => {
  it('is followed by one that ends the work with no loss, no double and no orphan', async () => {
    let step = 1
    for (; ; step++) {
      await using at = await storeInTelegram({ replicas: 2, telegram: { bots: 2, channels: 2, seed: step } })
      at.telegram.happen(...at.telegram.channels.map(({ id }) => ({ what: 'post', chatId: id }) as const))
      at.telegram.faults.add({ method: 'sendDocument', nth: 2, fault: { do: 'cut-after' } })
      const life = new OneLife(step)
      const mortal = { ledger: life.ledger(at.ledger), wrapLanes: life.lanes.bind(life), reached: life.reached }
      const outcome = await life.outcome(work(at, await at.again(mortal)))
      await silence(at.telegram)
      const store = await at.again()
      await work(at, store)
      expect(await differences(at), `killed at step ${step}`).toEqual(NO_DIFFERENCES)
      expect(await at.ledger.intents()).toEqual([])
      const listed = await Array.fromAsync(store.list())
      expect(listed.map(({ name }) => name).sort()).toEqual([names[0], names[2]])
      for (const { ref } of listed) {
        expect((await at.ledger.blob(ref))?.copies).toHaveLength(2)
        expect((await bytesOf(await store.get(ref))).equals(BYTES)).toBe(true)
      }
      if (outcome === 'dead') continue
      expect(outcome).toEqual({ value: undefined })
      break
    }
    // Fewer would mean that the labels are no longer reached.
    expect(step).toBeGreaterThan(50)
  }, 120_000)
})
