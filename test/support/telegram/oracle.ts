import type { World } from './world.ts'

/** A message as it really is, whoever may see it. */
export interface SeenMessage {
  readonly chatId: number
  readonly messageId: number
  readonly caption: string | null
  readonly text: string | null
  readonly fileUniqueId: string | null
  readonly fileName: string | null
  readonly byteLength: number | null
  /** In hex; `null` without a file. */
  sha256(): string | null
  /** The bot or person that wrote it; `null` for strangers. */
  readonly fromId: number | null
  readonly isService: boolean
  readonly isForward: boolean
  readonly isPinned: boolean
  readonly isDeleted: boolean
}

/** Every message there ever was in a channel, by id. */
export function messagesOf(world: World, chatId: number): SeenMessage[] {
  const chat = world.chats.get(chatId)
  return [...(chat?.messages.values() ?? [])].map((message) => ({
    chatId,
    messageId: message.id,
    caption: message.caption ?? null,
    text: message.text ?? null,
    fileUniqueId: message.file?.uniqueId ?? null,
    fileName: message.file?.name ?? null,
    byteLength: message.file?.content.byteLength ?? null,
    sha256: () => message.file?.content.sha256() ?? null,
    fromId: message.fromId ?? null,
    isService: message.service !== undefined,
    isForward: message.origin !== undefined,
    isPinned: chat?.pinned.has(message.id) ?? false,
    isDeleted: message.deletedAtMs !== undefined,
  }))
}
