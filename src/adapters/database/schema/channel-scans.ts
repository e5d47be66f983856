export interface ChannelMarksTable {
  chat_id: number
  message_id: number
}

/** Ids above the mark that no copy owns. */
export interface ChannelNotesTable {
  chat_id: number
  message_id: number
  what: 'foreign' | 'missing'
}
