import type { BlobRef } from '#domain/blob-store.ts'
import type { SendIntent } from '#domain/channel-ledger.ts'

export interface SendIntentsTable {
  nonce: string
  chat_id: number
  bot_id: number
  ref: BlobRef
  name: string
  byte_length: number
  sha256: string
  state: SendIntent['state']
  /** Milliseconds since 1970. */
  started_at: number
}
