import type { AttachmentsTable } from './attachments.ts'
import type { JobsTable } from './jobs.ts'
import type { LeasesTable } from './leases.ts'
import type { PacksTable } from './packs.ts'
import type { PlansTable } from './plans.ts'
import type { SegmentsTable } from './segments.ts'
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
}
