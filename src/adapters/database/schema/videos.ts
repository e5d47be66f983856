import type { VideoId } from '#domain/ids.ts'
import type { VideoState } from '#domain/video.ts'

export interface VideosTable {
  id: VideoId
  title: string
  /** The title as it is sorted by: see `textKey`. */
  title_key: string
  /** Title and file name as they are searched. */
  search_text: string
  original_filename: string
  state: VideoState
  /** JSON of VideoFailure. */
  failure: string | null
  duration_sec: number | null
  container: string | null
  byte_length: number
  /** JSON of Chapter[]. */
  chapters: string
  /** JSON of IngestStatistics. */
  statistics: string | null
  /** JSON of string[]. */
  notes: string
  source_path: string | null
  source_owned: 0 | 1
  /** JSON of `{sidecars, notes}` of VideoSource; null when it has neither. */
  source_extras: string | null
  /** Milliseconds since 1970, as every `…_at`. */
  created_at: number
  updated_at: number
}
