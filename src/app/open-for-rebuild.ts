import type { Config } from '#config/config.ts'
import { InvalidInputError } from '#domain/errors.ts'
import type { RebuildLibrary } from '#surfaces/cli/cli-ports.ts'
import { composeCore } from './compose.ts'

/** The library for a rebuild. With a recovery key an empty data folder becomes the one of that library. */
export async function openForRebuild(
  config: Config,
  recoveryKey: string | undefined,
  signal: AbortSignal,
): Promise<RebuildLibrary> {
  if (recoveryKey !== undefined && config.store.kind !== 'telegram') {
    throw new InvalidInputError('A recovery key is of no use: this store is a folder, and nothing in it is sealed.', {
      fix: 'Set BOT_TOKEN and CHAT_ID of the library that the key belongs to, or leave --recovery-key out.',
    })
  }
  const core = await composeCore(config, { silent: true, recoveryKey })
  return {
    ...core.ports,
    newRecoveryKey: core.store.newRecoveryKey,
    findBlobs: (onProgress) => core.store.findBlobs(onProgress, signal),
    [Symbol.asyncDispose]: () => core[Symbol.asyncDispose](),
  }
}
