import type { ChannelLedger } from '#domain/channel-ledger.ts'
import type { Events } from '#domain/events.ts'
import type { Clock } from './clock.ts'
import type { InFlight } from './in-flight.ts'
import type { Lanes } from './lane.ts'

/** What all that is done in the channels rests on. */
export interface StoreParts {
  readonly lanes: Lanes
  readonly ledger: ChannelLedger
  readonly clock: Clock
  /** Stands in every caption, so that libraries never touch each other's messages. */
  readonly libraryId: string
  readonly events: Events
  readonly inFlight: InFlight
  random(byteLength: number): Uint8Array
  /** Called after each step that leaves something behind, here or in the channel, so that tests can end the process there. */
  reached(step: StoreStep): void
}

export type StoreStep =
  | 'intent-open'
  | 'sent'
  | 'settled'
  | 'abandoned'
  | 'read-back'
  | 'intents-closed'
  | 'probe-sent'
  | 'looked'
  | 'look-cleared'
  | 'adopted'
  | 'orphan-deleted'
  | 'mark-moved'
  | 'probe-deleted'
  | 'copy-deleting'
  | 'messages-deleted'
  | 'copy-undeletable'
  | 'copy-removed'
  | 'snapshot-part'
  | 'superblock-sent'
  | 'superblock-pinned'
  | 'snapshot-noted'
  | 'old-snapshot-deleted'

/** 64 bits: never met twice, not even by chance. */
const NONCE_BYTES = 8

export function newNonce({ random }: Pick<StoreParts, 'random'>): string {
  return Buffer.from(random(NONCE_BYTES)).toString('base64url')
}
