import type { ChannelCopy } from '#domain/channel-ledger.ts'
import type { SentDocument } from './bot-api.ts'
import { type Caption, parseCaption } from './caption.ts'
import type { NewBlob } from './send-blob.ts'
import { refOf } from './caption.ts'
import type { StoreParts } from './store-parts.ts'
import { SUPERBLOCKS } from './superblock.ts'

/** A superblock that a channel has pinned; people may have pinned it, or something of another library. */
export interface PinnedSuperblock {
  readonly libraryId: string
  readonly blob: NewBlob
  readonly copy: ChannelCopy
  /** The bot that saw it, and the name by which it can fetch the file. */
  readonly botId: number
  readonly fileId: string
}

/** Null when the pinned message is of a person, or there is none. Costs one read and leaves no trace. */
export async function pinnedSuperblock(
  { lanes }: Pick<StoreParts, 'lanes'>,
  chatId: number,
  signal?: AbortSignal,
): Promise<PinnedSuperblock | null> {
  const wish = { kind: 'read', chatIds: [chatId], ...(signal && { signal }) } as const
  const { pinned, botId } = await lanes.run(wish, async ({ bot }, laneSignal) => {
    const { pinned } = await bot.getChat(chatId, laneSignal)
    return { pinned, botId: bot.id }
  })
  const caption = parseCaption(pinned?.caption ?? null)
  return pinned && isSuperblock(caption) ? pinnedOf(pinned, caption, { chatId, botId }) : null
}

function isSuperblock(caption: Caption | null): caption is Extract<Caption, { kind: 'blob' }> {
  return caption?.kind === 'blob' && caption.name.startsWith(SUPERBLOCKS)
}

function pinnedOf(
  { messageId, fileId, fileUniqueId }: SentDocument,
  { libraryId, name, byteLength, sha256 }: Extract<Caption, { kind: 'blob' }>,
  { chatId, botId }: { readonly chatId: number; readonly botId: number },
): PinnedSuperblock {
  const blob = { ref: refOf({ name, sha256 }), name, byteLength, sha256 }
  return { libraryId, blob, copy: { chatId, messageId, fileUniqueId, state: 'stored' }, botId, fileId }
}
