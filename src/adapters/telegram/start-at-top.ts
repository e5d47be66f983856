import { withProbe } from './probe.ts'
import type { StoreParts } from './store-parts.ts'

/** For a library that begins in this channel: what stands there already is not ours, and no scan needs to look at it. */
export async function startAtTop(parts: StoreParts, chatId: number, signal?: AbortSignal): Promise<void> {
  if ((await parts.ledger.mark(chatId)) > 0) return
  await withProbe(parts, chatId, { signal }, async ({ place }) => {
    await parts.ledger.setMark(chatId, place.messageId - 1)
  })
}
