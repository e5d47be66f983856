import type { MessagePlace } from '#domain/channel-ledger.ts'

/** Whether both are the same message. */
export function isSamePlace(one: MessagePlace, other: MessagePlace): boolean {
  return one.chatId === other.chatId && one.messageId === other.messageId
}
