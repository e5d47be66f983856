import type { BlobRef } from '#domain/blob-store.ts'
import type { ChannelCopy } from '#domain/channel-ledger.ts'

export interface ChannelCopiesTable {
  chat_id: number
  message_id: number
  ref: BlobRef
  file_unique_id: string
  state: ChannelCopy['state']
}
