import type { TelegramBlobStore } from '#adapters/telegram/telegram-blob-store.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import { ConflictError } from '#domain/errors.ts'

export interface ClaimParts {
  readonly store: TelegramBlobStore
  readonly ledger: ChannelLedger
  readonly libraryId: string
  readonly chatIds: readonly number[]
}

/**
 * Makes sure that every channel is ours before anything is put there: an empty data folder must not begin a second library
 * beside one that is there. Rejects with ConflictError when one is; what was found out is remembered.
 */
export async function claimChannels(parts: ClaimParts, signal: AbortSignal): Promise<void> {
  const { store, ledger, libraryId } = parts
  const fresh = await unclaimed(parts)
  if (fresh.length === 0) return
  // One that is ours already may be gone: that is no reason not to begin in the one that is to take its place.
  for (const found of await store.libraries(fresh, signal)) {
    if (found.libraryId !== libraryId) throw otherLibrary(found.chatId)
    if (!(await hasBlobs(ledger))) throw lostCatalog(found.chatId)
  }
  for (const chatId of fresh) {
    await store.begin(chatId, signal)
    await noteClaim(parts, chatId)
  }
}

export async function noteClaim({ ledger, libraryId }: ClaimParts, chatId: number): Promise<void> {
  await ledger.setFact(factOf(chatId), libraryId)
}

export async function hasBlobs(ledger: ChannelLedger): Promise<boolean> {
  for await (const _blob of ledger.blobs()) return true
  return false
}

async function unclaimed({ ledger, libraryId, chatIds }: ClaimParts): Promise<number[]> {
  const claims = await Promise.all(chatIds.map((chatId) => ledger.fact(factOf(chatId))))
  return chatIds.filter((_, index) => claims[index] !== libraryId)
}

function factOf(chatId: number): string {
  return `library in ${chatId}`
}

function otherLibrary(chatId: number): ConflictError {
  return new ConflictError(`Channel ${chatId} already holds a library, and this data folder is not its.`, {
    why: 'Two libraries in one channel would be a second storage that nobody asked for.',
    fix: 'To have that library back here: `telereel rebuild --recovery-key KEY` with its key. To begin a new one: take another channel.',
  })
}

function lostCatalog(chatId: number): ConflictError {
  return new ConflictError(`Channel ${chatId} holds this library, but the catalog here knows nothing of it.`, {
    fix: 'Run `telereel rebuild`; the recovery key is there already.',
  })
}
