import type { BlobSource } from '#domain/blob-store.ts'
import type { ChannelBlob, ChannelCopy } from '#domain/channel-ledger.ts'
import { TelegramError } from './api-error.ts'
import type { SentDocument } from './bot-api.ts'
import { formatCaption } from './caption.ts'
import { provenBytes } from './hash-source.ts'
import type { Lane } from './lane.ts'
import { newNonce, type StoreParts } from './store-parts.ts'

/** What is known of a blob before it lies anywhere. */
export type NewBlob = Omit<ChannelBlob, 'copies'>

/** Telegram takes no empty file: a blob of no bytes is one byte that nobody reads. */
const EMPTY_STAND_IN = Uint8Array.of(0)

/** How long the file in the channel is. */
export function sentLengthOf({ byteLength }: Pick<NewBlob, 'byteLength'>): number {
  return Math.max(byteLength, EMPTY_STAND_IN.byteLength)
}

/**
 * Sends one copy to one of the chats. What was sent is written down before it leaves and after it arrived; an answer that
 * proves nothing leaves an intent for the scan, and the lanes send again under another nonce (telegram.md §5).
 */
export async function sendCopy(
  parts: StoreParts,
  { blob, source, chatIds, signal, background = false }: CopyToSend,
): Promise<ChannelCopy> {
  const wish = { kind: 'send', chatIds, background, holdsLastByte: true, ...(signal && { signal }) } as const
  return parts.lanes.run(wish, (lane, laneSignal) => sendOn(parts, lane, { blob, source, laneSignal, signal }))
}

export interface CopyToSend {
  readonly blob: NewBlob
  readonly source: BlobSource
  readonly chatIds: readonly number[]
  readonly signal: AbortSignal | undefined
  readonly background?: boolean
}

interface Sending {
  readonly blob: NewBlob
  readonly source: BlobSource
  readonly laneSignal: AbortSignal | undefined
  readonly signal: AbortSignal | undefined
}

async function sendOn(parts: StoreParts, lane: Lane, sending: Sending): Promise<ChannelCopy> {
  const { ledger, clock, inFlight, libraryId, reached } = parts
  const { blob, source, laneSignal, signal } = sending
  const nonce = newNonce(parts)
  using _tracked = inFlight.track(nonce)
  const startedAt = new Date(clock.wallMs())
  await ledger.openIntent({ ...blob, nonce, chatId: lane.chatId, botId: lane.bot.id, state: 'open', startedAt })
  reached('intent-open')
  const bytes = new WatchedBytes(source, blob)
  const caption = formatCaption({ kind: 'blob', libraryId, nonce, ...blob })
  const document = {
    fileName: `${nonce}.bin`,
    byteLength: sentLengthOf(blob),
    caption,
    open: () => bytes.open(laneSignal),
    beforeLastByte: (endSignal: AbortSignal) => lane.lastByte(endSignal),
  }
  try {
    const sent = await lane.bot.sendDocument(lane.chatId, document, laneSignal)
    reached('sent')
    return await settle(parts, { lane, sent, nonce, blob })
  } catch (error) {
    const isUnwanted = signal?.aborted ?? false
    const isCertain = bytes.fault !== null || (error instanceof TelegramError && error.sent === 'no')
    // Of what nobody wants any more nothing has to be known: the scan removes what may have arrived.
    if (isCertain || isUnwanted) await ledger.closeIntent(nonce)
    else await ledger.abandonIntent(nonce)
    reached('abandoned')
    if (isUnwanted) throw signal?.reason
    throw bytes.fault ? bytes.fault.error : error
  }
}

interface Arrived {
  readonly lane: Lane
  readonly sent: SentDocument
  readonly nonce: string
  readonly blob: NewBlob
}

async function settle({ ledger, reached }: StoreParts, { lane, sent, nonce, blob }: Arrived): Promise<ChannelCopy> {
  const { messageId, byteLength, fileUniqueId, fileId } = sent
  const { chatId, bot } = lane
  if (byteLength !== null && byteLength !== sentLengthOf(blob)) {
    await bot.deleteMessages(chatId, [messageId]).catch(() => {}) // Else the scan does it.
    throw unproven(`Telegram stored ${byteLength} bytes of ${sentLengthOf(blob)}.`)
  }
  const copy = { chatId, messageId, fileUniqueId, state: 'stored' } as const
  await ledger.settleIntent(nonce, copy)
  reached('settled')
  await ledger.saveHandle(copy, bot.id, fileId)
  return copy
}

/** The message may be there, or may come: the lanes try again. */
function unproven(message: string): TelegramError {
  return new TelegramError(message, { kind: 'ambiguous', sent: 'unknown' })
}

/** Remembers that it was the source that broke: then the message cannot be whole, and the fault is not Telegram's. */
class WatchedBytes {
  fault: { readonly error: unknown } | null = null
  readonly #source: BlobSource
  readonly #sha256: string

  constructor(source: BlobSource, { sha256 }: NewBlob) {
    this.#source = source
    this.#sha256 = sha256
  }

  async *open(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    try {
      if (this.#source.byteLength === 0) yield EMPTY_STAND_IN
      else if (this.#source.sha256 !== undefined) yield* this.#source.open(signal)
      else yield* provenBytes(this.#source, this.#sha256, signal)
    } catch (error) {
      if (!signal?.aborted) this.fault = { error }
      throw error
    }
  }
}
