import type { Kysely } from 'kysely'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import { botsIn } from './bots-in.ts'
import { channelBlobsIn } from './channel-blobs-in.ts'
import { intentsIn } from './intents-in.ts'
import { scansIn } from './scans-in.ts'
import type { Tables } from './schema/tables.ts'

/** The ledger of channels on SQLite or PostgreSQL: the same queries on both. */
export function databaseChannelLedger(db: Kysely<Tables>): ChannelLedger {
  return { ...channelBlobsIn(db), ...intentsIn(db), ...scansIn(db), ...botsIn(db) }
}
