export interface FileHandlesTable {
  chat_id: number
  message_id: number
  bot_id: number
  file_id: string
}
