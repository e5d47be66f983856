import type { VideoId } from '#domain/ids.ts'
import type { Attachment } from '#domain/video.ts'

export interface AttachmentsTable {
  video_id: VideoId
  name: string
  kind: Attachment['kind']
  track_name: string | null
  media_type: string
  byte_length: number
  /** The highest position of a pack that holds a part of it; -1 when it is empty. */
  last_pack: number
  /** JSON: see `formatSlices`. */
  slices: string
}
