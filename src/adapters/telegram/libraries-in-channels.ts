import { parseCaption } from './caption.ts'
import type { ChannelMarkers } from './channel-markers.ts'
import type { MessageLooker } from './look-at-message.ts'
import { pinnedSuperblock } from './pinned-superblocks.ts'
import { type Probe, withProbe } from './probe.ts'
import type { StoreParts } from './store-parts.ts'

/** A library that lies in one of the channels. */
export interface LibraryInChannel {
  readonly chatId: number
  readonly libraryId: string
}

export interface LibraryLook {
  readonly parts: StoreParts
  readonly looker: MessageLooker
  /** Set when a library is to begin there: then a marker is left, and those of others count as libraries. */
  readonly markers: ChannelMarkers | null
}

/** Of a channel in which nothing of a library is pinned, so many of its newest messages are looked at. */
const NEWEST = 12
/** Between the markers of two that begin at the same moment may lie what the first one copied to look at it. */
const NEWEST_WITH_MARKERS = NEWEST + 4

/**
 * Which libraries lie in these channels, ours too: so that an empty data folder never begins a second one in silence. Looks
 * at what is pinned, and where that tells nothing and the ledger is new to the channel, at its newest messages.
 */
export async function librariesInChannels(
  look: LibraryLook,
  chatIds: readonly number[],
  signal?: AbortSignal,
): Promise<readonly LibraryInChannel[]> {
  const found: LibraryInChannel[] = []
  for (const chatId of chatIds) {
    const pinned = await pinnedSuperblock(look.parts, chatId, signal)
    const libraryIds = pinned ? [pinned.libraryId] : await librariesOfNewest(look, chatId, signal)
    found.push(...libraryIds.map((libraryId) => ({ chatId, libraryId })))
  }
  return found
}

async function librariesOfNewest(look: LibraryLook, chatId: number, signal?: AbortSignal): Promise<readonly string[]> {
  const { parts, markers } = look
  if ((await parts.ledger.mark(chatId)) > 0) return []
  if (markers) return librariesBelow(look, await markers.leave(chatId, signal), signal)
  return withProbe(parts, chatId, { signal }, (probe) => librariesBelow(look, probe, signal))
}

async function librariesBelow(
  { parts: { libraryId }, looker, markers }: LibraryLook,
  probe: Probe,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const found = new Set<string>()
  const { chatId, messageId: top } = probe.place
  const newest = markers ? NEWEST_WITH_MARKERS : NEWEST
  for (let messageId = top - 1; messageId >= Math.max(1, top - newest); messageId--) {
    const seen = await looker.lookWith(probe, { chatId, messageId }, { signal })
    const caption = parseCaption(seen?.caption ?? null)
    // Whoever's marker has the lower id was first; the other sees it, wherever both are with their looks.
    const isMarker = caption?.kind === 'probe'
    if (caption && (isMarker ? markers !== null && caption.libraryId !== libraryId : true)) found.add(caption.libraryId)
  }
  return [...found]
}
