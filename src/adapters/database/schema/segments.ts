import type { TrackId, VideoId } from '#domain/ids.ts'

/**
 * One row per segment, its slices inside as JSON: a table of slices would double the rows of every write, and nobody
 * asks for a slice without its segment. The one question about packs, "what touches packs from position n on", is
 * answered by `last_pack`.
 */
export interface SegmentsTable {
  track_id: TrackId
  /** The segment's index, or INIT_POSITION. */
  position: number
  video_id: VideoId
  start_sec: number
  duration_sec: number
  byte_length: number
  reencoded: 0 | 1
  /** The highest position of a pack that holds a part of it. */
  last_pack: number
  /** JSON: see `formatSlices`. */
  slices: string
}

/** Sorts the init segment before all others. */
export const INIT_POSITION = -1
