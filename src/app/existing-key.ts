import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { loadOrCreateMasterKey, RECOVERY_KEY_FILE } from '#adapters/key-file/load-or-create-master-key.ts'
import type { MasterKey } from '#lib/sealing/master-key.ts'

/** The key of the library in this data folder; null where none was made, and then none is. */
export async function existingKey(dataDir: string): Promise<MasterKey | null> {
  const isThere = await access(join(dataDir, RECOVERY_KEY_FILE)).then(
    () => true,
    () => false,
  )
  return isThere ? (await loadOrCreateMasterKey(dataDir)).key : null
}
