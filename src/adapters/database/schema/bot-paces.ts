/** Where other paces have a chat's id. No chat has this one. */
export const ALL_CHATS = 0

export interface BotPacesTable {
  bot_id: number
  /** ALL_CHATS for the limit over all chats: a key cannot be null. */
  chat_id: number
  /** Milliseconds since 1970. */
  not_before: number
  calls_per_sec: number
}
