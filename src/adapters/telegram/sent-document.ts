import type { Message } from 'grammy/types'

/** A message with a file, as one bot sees it. */
export interface SentDocument {
  readonly messageId: number
  /** Of use to this bot only. */
  readonly fileId: string
  readonly fileUniqueId: string
  /** Null when the service does not say. */
  readonly byteLength: number | null
  readonly caption: string | null
}

/** The file of a message, under whichever name Telegram took it for. */
export function documentOf(
  message: Message,
): { file_id: string; file_unique_id: string; file_size?: number } | undefined {
  return message.document ?? message.video ?? message.audio ?? message.animation
}

/** Null when the message carries no file. */
export function sentDocumentOf(message: Message): SentDocument | null {
  const file = documentOf(message)
  if (!file) return null
  return {
    messageId: message.message_id,
    fileId: file.file_id,
    fileUniqueId: file.file_unique_id,
    byteLength: file.file_size ?? null,
    caption: message.caption ?? null,
  }
}
