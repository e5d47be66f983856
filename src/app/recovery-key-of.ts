import type { Config } from '#config/config.ts'
import { formatRecoveryKey } from '#lib/sealing/recovery-key.ts'
import { existingKey } from './existing-key.ts'

/** The key as people write it down; null where the store needs none, or none was made yet. */
export async function recoveryKeyOf({ store, dataDir }: Config): Promise<string | null> {
  if (store.kind !== 'telegram') return null
  const key = await existingKey(dataDir)
  return key && formatRecoveryKey(key)
}
