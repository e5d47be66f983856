import type { BlobRef } from '#domain/blob-store.ts'
import type { ChannelCopy } from '#domain/channel-ledger.ts'

export interface ChannelCopiesTable {
  chat_id: number
  message_id: number
  ref: BlobRef
  /** As in channel_blobs: figures are counted without looking there. */
  byte_length: number
  file_unique_id: string
  state: ChannelCopy['state']
}
