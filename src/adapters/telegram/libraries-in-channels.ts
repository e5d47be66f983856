import { parseCaption } from './caption.ts'
import type { MessageLooker } from './look-at-message.ts'
import { pinnedSuperblock } from './pinned-superblocks.ts'
import { withProbe } from './probe.ts'
import type { StoreParts } from './store-parts.ts'

/** A library that lies in one of the channels. */
export interface LibraryInChannel {
  readonly chatId: number
  readonly libraryId: string
}

/** Of a channel in which nothing of a library is pinned, so many of its newest messages are looked at. */
const NEWEST = 12

/**
 * Which libraries lie in these channels, ours too: so that an empty data folder never begins a second one in silence. Looks
 * at what is pinned, and where that tells nothing and the ledger is new to the channel, at its newest messages.
 */
export async function librariesInChannels(
  { parts, looker }: { readonly parts: StoreParts; readonly looker: MessageLooker },
  chatIds: readonly number[],
  signal?: AbortSignal,
): Promise<readonly LibraryInChannel[]> {
  const found: LibraryInChannel[] = []
  for (const chatId of chatIds) {
    const pinned = await pinnedSuperblock(parts, chatId, signal)
    const libraryIds = pinned ? [pinned.libraryId] : await librariesOfNewest(parts, looker, chatId, signal)
    found.push(...libraryIds.map((libraryId) => ({ chatId, libraryId })))
  }
  return found
}

async function librariesOfNewest(
  parts: StoreParts,
  looker: MessageLooker,
  chatId: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  if ((await parts.ledger.mark(chatId)) > 0) return []
  const found = new Set<string>()
  await withProbe(parts, chatId, { signal }, async (probe) => {
    const top = probe.place.messageId
    for (let messageId = top - 1; messageId > Math.max(0, top - 1 - NEWEST); messageId--) {
      const seen = await looker.lookWith(probe, { chatId, messageId }, { signal })
      const caption = parseCaption(seen?.caption ?? null)
      if (caption && caption.kind !== 'probe') found.add(caption.libraryId)
    }
  })
  return [...found]
}
