import type { BlobRef } from '#domain/blob-store.ts'
import type { PackId, VideoId } from '#domain/ids.ts'
import type { Pack } from '#domain/video.ts'

export interface PacksTable {
  id: PackId
  video_id: VideoId
  position: number
  state: Pack['state']
  ref: BlobRef | null
  byte_length: number
  digest: string | null
}
