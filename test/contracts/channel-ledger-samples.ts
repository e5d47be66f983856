import type { BlobRef } from '#domain/blob-store.ts'
import type { ChannelBlob, ChannelCopy, ChannelLedger, SendIntent } from '#domain/channel-ledger.ts'

export interface OpenChannelLedger extends AsyncDisposable {
  readonly ledger: ChannelLedger
}

/** An empty ledger. */
export type CreateChannelLedger = () => Promise<OpenChannelLedger>

/** As long as ids of channels get: 52 bits (Bot API `Chat.id`). */
export const CHANNEL = -4_503_599_627_370_495
export const OTHER_CHANNEL = -1_001_234_567_890
/** Ids of bots have more than 32 bits, too. */
export const BOT = 7_654_321_098
export const OTHER_BOT = 8_765_432_109

export type BlobFacts = Omit<ChannelBlob, 'copies'>

export function blobFacts(name: string, byteLength = 19_922_944): BlobFacts {
  return { ref: refOf(name), name, byteLength, sha256: `sha256 of ${name}` }
}

export function refOf(name: string): BlobRef {
  return `telegram:${name}/digest`
}

export function copyAt(messageId: number, chatId = CHANNEL): ChannelCopy {
  return { chatId, messageId, fileUniqueId: `AgAD${messageId}`, state: 'stored' }
}

export function intentOf(nonce: string, name: string, change: Partial<SendIntent> = {}): SendIntent {
  const startedAt = new Date(Date.UTC(2025, 0, 1, 12, 30, 15, 123))
  return { nonce, ...blobFacts(name), chatId: CHANNEL, botId: BOT, state: 'open', startedAt, ...change }
}
