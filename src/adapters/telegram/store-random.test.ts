import { describe, expect, it } from 'vitest'
import type { BlobRef } from '#domain/blob-store.ts'
import type { RandomFaults } from '#test/support/telegram/fault-script.ts'
import { createRandom } from '#test/support/telegram/random.ts'
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

/** Shares as in the report this store rests on (telegram.md §5), and worse. */
const FAULTS: RandomFaults['faults'] = [
  { share: 0.05, method: 'sendDocument', fault: { do: 'cut-after' } },
  { share: 0.03, method: 'sendDocument', fault: { do: 'html', status: 502, stored: true } },
  { share: 0.04, method: 'sendDocument', fault: { do: 'cut-before' } },
  { share: 0.05, method: 'sendDocument', fault: { do: 'flood', retryAfterSec: 2 } },
  { share: 0.01, method: 'sendDocument', fault: { do: 'flood', retryAfterSec: 5, stored: true } },
  { share: 0.05, method: ['forwardMessage', 'sendMessage'], fault: { do: 'cut-after' } },
  { share: 0.05, method: 'deleteMessages', fault: { do: 'html', status: 502 } },
  { share: 0.05, method: 'deleteMessages', fault: { do: 'cut-after' } },
  { share: 0.05, method: ['download', 'getFile'], fault: { do: 'short-body' } },
]

/** Puts, reads, deletes and scans by chance, some at once; lives end by chance. */
class Model {
  readonly at: StoreInTelegram
  readonly random: () => number
  /** Of what a put promised and no delete was asked for. */
  readonly promised = new Map<string, BlobRef>()
  /** A delete was asked for; it may have been carried out. */
  readonly doomed = new Set<string>()
  lives = 0

  constructor(at: StoreInTelegram, random: () => number) {
    this.at = at
    this.random = random
  }

  async live(names: string[], maxSteps: number): Promise<void> {
    this.lives++
    const life = new OneLife(1 + Math.floor(this.random() * maxSteps))
    const { ledger } = this.at
    const store = await this.at.again({
      ledger: life.ledger(ledger),
      wrapLanes: (own) => life.lanes(own),
      reached: life.reached,
    })
    const worker = async () => {
      while (names.length > 0 && !life.isOver) {
        const name = names.shift() as string
        await this.#step(life, store, name)
        if (life.isOver && !this.promised.has(name) && !this.doomed.has(name)) names.push(name)
      }
    }
    await Promise.all([worker(), worker(), worker(), worker(), this.#scanNowAndThen(life, store, names)])
  }

  async #step(life: OneLife, store: TelegramBlobStore, name: string): Promise<void> {
    const put = await life.outcome(store.put(sourceOf(name, bytesFor(name))))
    if (put === 'dead' || 'error' in put) return
    this.promised.set(name, put.value)
    if (this.random() < 0.3) {
      const read = await life.outcome(store.get(put.value).then(bytesOf))
      if (read !== 'dead' && 'value' in read) expect(read.value.equals(bytesFor(name))).toBe(true)
    }
    if (this.random() > 0.2) return
    this.promised.delete(name)
    this.doomed.add(name)
    await life.outcome(store.delete(put.value))
  }

  async #scanNowAndThen(life: OneLife, store: TelegramBlobStore, names: readonly string[]): Promise<void> {
    while (names.length > 0 && !life.isOver) {
      for (const { id } of this.at.telegram.channels) await life.outcome(store.scan(id))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

describe('a store in a Telegram that loses answers, used by a process that keeps being killed', () => {
  it.each([1, 2, 3])(
    'loses nothing, doubles nothing and leaves nothing behind (seed %i)',
    async (seed) => {
      await using at = await storeInTelegram({ replicas: seed === 3 ? 2 : 1, telegram: { bots: 4, channels: 2, seed } })
      const random = createRandom(seed)
      at.telegram.faults.random({ seed, faults: FAULTS })
      const names = Array.from({ length: 120 }, (_, index) => `film00000000000${index % 4}/${index}`)
      const model = new Model(at, random)
      const left = [...names]
      while (left.length > 0) await model.live(left, 120)
      at.telegram.faults.clear()
      await silence(at.telegram)
      const store = await at.again()
      await store.sweep()
      expect(await differences(at)).toEqual(NO_DIFFERENCES)
      expect(await at.ledger.intents()).toEqual([])
      const listed = new Map((await Array.fromAsync(store.list())).map(({ name, ref }) => [name, ref]))
      for (const [name, ref] of model.promised) {
        expect(listed.get(name)).toBe(ref)
        expect((await bytesOf(await store.get(ref))).equals(bytesFor(name))).toBe(true)
      }
      for (const report of await store.sweep()) expect(report).toMatchObject({ adopted: 0, deleted: 0, skipped: 0 })
      expect(model.lives).toBeGreaterThan(5)
    },
    40_000,
  )
})

function bytesFor(name: string): Uint8Array {
  return noise(2000, Number(name.split('/')[1]) + 1)
}
