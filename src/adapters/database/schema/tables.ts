import type { AttachmentsTable } from './attachments.ts'
import type { BotPacesTable } from './bot-paces.ts'
import type { ChannelBlobsTable } from './channel-blobs.ts'
import type { ChannelCopiesTable } from './channel-copies.ts'
import type { ChannelMarksTable, ChannelNotesTable } from './channel-scans.ts'
import type { FileHandlesTable } from './file-handles.ts'
import type { JobsTable } from './jobs.ts'
import type { LeasesTable } from './leases.ts'
import type { PacksTable } from './packs.ts'
import type { PlansTable } from './plans.ts'
import type { SegmentsTable } from './segments.ts'
import type { SendIntentsTable } from './send-intents.ts'
import type { StoreFactsTable } from './store-facts.ts'
import type { TracksTable } from './tracks.ts'
import type { VideosTable } from './videos.ts'

/** What the migrations have made, for Kysely. */
export interface Tables {
  videos: VideosTable
  plans: PlansTable
  tracks: TracksTable
  packs: PacksTable
  segments: SegmentsTable
  attachments: AttachmentsTable
  jobs: JobsTable
  leases: LeasesTable
  channel_blobs: ChannelBlobsTable
  channel_copies: ChannelCopiesTable
  send_intents: SendIntentsTable
  channel_marks: ChannelMarksTable
  channel_notes: ChannelNotesTable
  file_handles: FileHandlesTable
  bot_paces: BotPacesTable
  store_facts: StoreFactsTable
}
