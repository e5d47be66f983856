import type { ChannelSnapshots } from '#adapters/telegram/channel-snapshots.ts'
import type { CatalogSnapshot } from '#domain/catalog-snapshots.ts'
import { NotFoundError } from '#domain/errors.ts'
import { type ChannelClaims, type ClaimParts, hasBlobs } from './claim-channels.ts'

/**
 * Fills the ledger from the channels: from the newest snapshot where there is one, then by looking at every message that
 * it does not know. Rejects with NotFoundError when nothing of this library is there.
 */
export async function findBlobsInChannels(
  claims: ChannelClaims,
  parts: ClaimParts,
  snapshots: ChannelSnapshots,
  onProgress: (words: string) => void,
  signal: AbortSignal,
): Promise<CatalogSnapshot | null> {
  const { store, ledger, chatIds } = parts
  onProgress('Looking for a snapshot of the catalog')
  const snapshot = await snapshots.latest(signal)
  if (snapshot) await snapshot.restoreLedger()
  for (const chatId of chatIds) {
    const look = (done: number, total: number) => onProgress(`Channel ${chatId}: message ${done} of ${total}`)
    await store.scan(chatId, { adoptUnknown: true, onProgress: look, signal })
    await claims.note(parts, chatId)
  }
  if (snapshot) return snapshot
  if (!(await hasBlobs(ledger))) {
    throw new NotFoundError('Nothing of this library is in the channels.', {
      why: 'No message there was written with the recovery key of this data folder.',
      fix: 'Give the key of the library: `telereel rebuild --recovery-key KEY`. Look whether CHAT_ID is its channel.',
    })
  }
  // Somebody may have pinned something newer: then the look at every message found the snapshot.
  return await snapshots.latest(signal)
}
