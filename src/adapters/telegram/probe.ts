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
  { signal, background = false }: ProbeWish,
  work: (probe: Probe) => Promise<T>,
): Promise<T> {
  const { lanes, libraryId, inFlight, reached } = parts
  using stack = new DisposableStack()
  const wish = { kind: 'send', chatIds: [chatId], background, ...(signal && { signal }) } as const
  const messageId = await lanes.run(wish, async ({ bot }, laneSignal) => {
    const nonce = newNonce(parts)
    const tracked = inFlight.track(nonce)
    try {
      const sent = await bot.sendText(chatId, formatCaption({ kind: 'probe', libraryId, nonce }), laneSignal)
      stack.use(tracked)
      return sent.messageId
    } catch (error) {
      tracked[Symbol.dispose]()
      throw error
    }
  })
  reached('probe-sent')
  try {
    return await work({ place: { chatId, messageId }, seenBy: new Set() })
  } finally {
    // Whoever stops has no time to wait for a turn: the next scan removes it.
    if (!signal?.aborted) await deleteProbe(parts, { chatId, messageId })
    reached('probe-deleted')
  }
}

/** What cannot be deleted now is left to the next scan. */
async function deleteProbe({ lanes, ledger }: StoreParts, place: MessagePlace): Promise<void> {
  try {
    await lanes.run({ kind: 'delete', chatIds: [place.chatId] }, ({ bot }) =>
      bot.deleteMessages(place.chatId, [place.messageId]),
    )
    await ledger.noteId(place, 'missing')
  } catch (error) {
    if (!(error instanceof TelegramError || error instanceof ProductError)) throw error
  }
}
