import type { ChannelLedger } from '#domain/channel-ledger.ts'
import { ConflictError } from '#domain/errors.ts'
import { pinnedSuperblock } from './pinned-superblocks.ts'
import type { StoreParts } from './store-parts.ts'
import { seqOf, SUPERBLOCKS } from './superblock.ts'

/** In the ledger: the newest snapshot that is pinned. */
const FACT = 'snapshot'

export async function noteSnapshot(ledger: ChannelLedger, seq: number): Promise<void> {
  await ledger.setFact(FACT, { seq })
}

/** The newest snapshot of which the ledger knows that it can be found; 0 when there is none. */
export async function newestKnownSeq(ledger: ChannelLedger): Promise<number> {
  const fact = (await ledger.fact(FACT)) as { readonly seq?: unknown } | null
  let newest = typeof fact?.seq === 'number' ? fact.seq : 0
  for await (const { name } of ledger.blobs(SUPERBLOCKS)) newest = Math.max(newest, seqOf(name))
  return newest
}

/**
 * Rejects with ConflictError when the channel has pinned a snapshot of this library that the ledger never heard of: the
 * data folder came back from an older copy, or a second one works on the library. What is in the channel and not in
 * such a ledger is somebody's film, not garbage.
 */
export async function mustNotBeBehind(
  parts: Pick<StoreParts, 'lanes' | 'ledger' | 'libraryId'>,
  chatId: number,
  signal?: AbortSignal,
): Promise<void> {
  const pinned = await pinnedSuperblock(parts, chatId, signal)
  if (pinned?.libraryId !== parts.libraryId) return
  if (seqOf(pinned.blob.name) <= (await newestKnownSeq(parts.ledger))) return
  throw new ConflictError(`Channel ${chatId} knows more of this library than this data folder does.`, {
    why: 'The data folder is an older copy, or another server with the same recovery key stores there too.',
    fix: 'Stop the other server, if there is one; then `telereel rebuild` brings what is missing. Until then nothing is swept.',
  })
}
