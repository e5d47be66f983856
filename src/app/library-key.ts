import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { loadOrCreateMasterKey, RECOVERY_KEY_FILE } from '#adapters/key-file/load-or-create-master-key.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import { InvalidInputError } from '#domain/errors.ts'
import type { MasterKey } from '#lib/sealing/master-key.ts'
import { parseRecoveryKey } from '#lib/sealing/recovery-key.ts'
import { RecoveryKeyError } from '#lib/sealing/recovery-key-error.ts'
import { hasBlobs } from './claim-channels.ts'
import { existingKey } from './existing-key.ts'
import type { StoreWishes } from './store.ts'

/** A key is made only for a new library: without its own, an older one would seem to be there and be unreadable. */
export async function libraryKey(dataDir: string, ledger: ChannelLedger, wishes: StoreWishes) {
  const recovered = recoveredKey(wishes)
  const path = join(dataDir, RECOVERY_KEY_FILE)
  const isThere = (await existingKey(dataDir)) !== null
  if (!isThere && !recovered && (await hasBlobs(ledger))) {
    throw new InvalidInputError(`${path} is gone: what is stored cannot be read without it.`, {
      fix: 'Put the recovery key that you wrote down into that file.',
    })
  }
  // A key that was made here and never used gives way to the one of the library that is to come back.
  if (isThere && recovered && !(await hasBlobs(ledger))) await rename(path, `${path}.unused`)
  return await loadOrCreateMasterKey(dataDir, recovered)
}

function recoveredKey({ recoveryKey }: StoreWishes): MasterKey | undefined {
  if (recoveryKey === undefined) return undefined
  try {
    return parseRecoveryKey(recoveryKey)
  } catch (cause) {
    if (!(cause instanceof RecoveryKeyError)) throw cause
    throw new InvalidInputError(cause.message, { fix: 'Type it again as it was shown.', cause })
  }
}
