import type { MessagePlace } from '#domain/channel-ledger.ts'
import { ProductError } from '#domain/errors.ts'
import { TelegramError } from './api-error.ts'
import { formatCaption } from './caption.ts'
import { newNonce, type StoreParts } from './store-parts.ts'

/** A message of no content that certainly is there, and whose id is the highest of its channel. */
export interface Probe {
  readonly place: MessagePlace
  /** The user ids of bots that were shown it by Telegram: of them "not found" means not there. */
  readonly seenBy: Set<number>
}

export interface ProbeWish {
  readonly signal?: AbortSignal | undefined
  readonly background?: boolean
}

/** Runs `work` with a probe that is deleted afterwards. One whose answer is lost is removed by the next scan. */
export async function withProbe<T>(
  parts: StoreParts,
  chatId: number,
  wish: ProbeWish,
  work: (probe: Probe) => Promise<T>,
): Promise<T> {
  const { probe, tracked } = await sendProbe(parts, chatId, wish)
  using _tracked = tracked
  try {
    return await work(probe)
  } finally {
    // Whoever stops has no time to wait for a turn: the next scan removes it.
    if (!wish.signal?.aborted) await deleteProbe(parts, probe.place)
    parts.reached('probe-deleted')
  }
}

/** Our own scans leave it alone until `tracked` is disposed of. */
export async function sendProbe(
  parts: StoreParts,
  chatId: number,
  { signal, background = false }: ProbeWish,
): Promise<{ readonly probe: Probe; readonly tracked: Disposable }> {
  const { lanes, libraryId, inFlight, reached } = parts
  const wish = { kind: 'send', chatIds: [chatId], background, ...(signal && { signal }) } as const
  const sent = await lanes.run(wish, async ({ bot }, laneSignal) => {
    const nonce = newNonce(parts)
    const tracked = inFlight.track(nonce)
    try {
      const { messageId } = await bot.sendText(chatId, formatCaption({ kind: 'probe', libraryId, nonce }), laneSignal)
      return { messageId, tracked }
    } catch (error) {
      tracked[Symbol.dispose]()
      throw error
    }
  })
  reached('probe-sent')
  return { probe: { place: { chatId, messageId: sent.messageId }, seenBy: new Set() }, tracked: sent.tracked }
}

/** What cannot be deleted now is left to the next scan. */
export async function deleteProbe({ lanes, ledger }: StoreParts, place: MessagePlace): Promise<void> {
  try {
    await lanes.run({ kind: 'delete', chatIds: [place.chatId] }, ({ bot }) =>
      bot.deleteMessages(place.chatId, [place.messageId]),
    )
    await ledger.noteId(place, 'missing')
  } catch (error) {
    if (!(error instanceof TelegramError || error instanceof ProductError)) throw error
  }
}
