import { repairsWithEncryption } from '#adapters/blob-layers/repairs-with-encryption.ts'
import { withEncryption } from '#adapters/blob-layers/with-encryption.ts'
import type { BlobRef } from '#domain/blob-store.ts'
import { MasterKey } from '#lib/sealing/master-key.ts'
import { sealedBytesOf } from '#lib/sealing/sealed-form.ts'
import { testMending } from '#test/contracts/mending.ts'
import type { HarmedStore } from '#test/support/mending-lab.ts'
import { storeInTelegram } from './store.test-support.ts'

testMending('telegram (emulated)', openHarmed, { runs: 4, stride: 3 })

/** One copy of each, sealed, as a library keeps it. */
async function openHarmed(): Promise<HarmedStore> {
  const at = await storeInTelegram({ maxBytes: sealedBytesOf(16_000) })
  const key = MasterKey.random()
  const copiesOf = async (ref: BlobRef) => (await at.ledger.blob(ref))?.copies ?? []
  return {
    blobs: withEncryption(at.store, key),
    repairs: repairsWithEncryption(at.store, key),
    async lose(ref) {
      for (const { chatId, messageId } of await copiesOf(ref)) {
        at.telegram.happen({ what: 'delete-message', chatId, messageId })
      }
    },
    async flip(ref, share) {
      const bits = ((await at.ledger.blob(ref))?.byteLength ?? 1) * 8
      for (const { chatId, messageId } of await copiesOf(ref)) {
        const bit = Math.min(bits - 1, Math.floor(share * bits))
        at.telegram.happen({ what: 'flip-bit', chatId, messageId, bit })
      }
    },
    [Symbol.asyncDispose]: () => at[Symbol.asyncDispose](),
  }
}
