import type { TrackId, VideoId } from '#domain/ids.ts'
import type { Track, TrackKind } from '#domain/video.ts'

export interface TracksTable {
  id: TrackId
  video_id: VideoId
  name: string
  kind: TrackKind
  stream_index: number | null
  action: Track['action']
  reason: string
  codec: string
  codecs: string
  bandwidth: number
  average_bandwidth: number
  language: string
  title: string | null
  is_default: 0 | 1
  forced: 0 | 1
  hearing_impaired: 0 | 1
  width: number | null
  height: number | null
  frame_rate: number | null
  video_range: Track['videoRange']
  channels: number | null
  sample_rate: number | null
}
