import type { BlobRef } from '#domain/blob-store.ts'

/** One row for each blob that has a row in channel_copies. */
export interface ChannelBlobsTable {
  ref: BlobRef
  name: string
  byte_length: number
  sha256: string
}
