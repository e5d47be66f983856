import type { VideoId } from '#domain/ids.ts'

/** Beside `videos`, whose rows are read often and stay small. */
export interface PlansTable {
  video_id: VideoId
  /** JSON of IngestPlan. */
  plan: string
}
