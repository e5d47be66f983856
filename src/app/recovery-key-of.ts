import { loadOrCreateMasterKey } from '#adapters/key-file/load-or-create-master-key.ts'
import type { Config } from '#config/config.ts'
import { formatRecoveryKey } from '#lib/sealing/recovery-key.ts'

/** The key as people write it down; null where the store needs none. */
export async function recoveryKeyOf({ store, dataDir }: Config): Promise<string | null> {
  if (store.kind !== 'telegram') return null
  return formatRecoveryKey((await loadOrCreateMasterKey(dataDir)).key)
}
