import type { ChannelMarkers } from './channel-markers.ts'
import type { StoreParts } from './store-parts.ts'

/** For a library that begins in this channel: what stands there already is not ours, and no scan needs to look at it. */
export async function startAtTop(
  { ledger }: StoreParts,
  markers: ChannelMarkers,
  chatId: number,
  signal?: AbortSignal,
): Promise<void> {
  if ((await ledger.mark(chatId)) > 0) return
  const { place } = await markers.leave(chatId, signal)
  await ledger.setMark(chatId, place.messageId - 1)
}
