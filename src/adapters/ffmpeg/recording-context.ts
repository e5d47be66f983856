import type { IngestPlan, TrackPlan } from '#domain/ingest-plan.ts'
import type { MediaInfo } from '#domain/media-info.ts'
import type { FollowedRecording, RecordedRendition, RecordingHead } from '#domain/recording.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import type { ProbedMedia } from './probe-media.ts'

/** What the first segments of a rendition hold. */
export interface ProbedRendition {
  readonly rendition: RecordedRendition
  readonly media: ProbedMedia
  /** What is added to times of ffmpeg: packed audio tells its own in a tag. */
  readonly tagSec: number | null
}

/** A recording, and all that reading it needs. */
export interface RecordingContext {
  readonly tools: FfmpegTools
  readonly threads: number
  readonly recording: FollowedRecording
  readonly head: RecordingHead
  readonly probed: readonly ProbedRendition[]
  /** As `OpenRecording.info`. */
  readonly info: MediaInfo
}

/** Streams of all renditions are numbered in one row: this many for each. */
const STREAMS_PER_RENDITION = 100

export function streamIndexOf(rendition: number, streamIndex: number): number {
  return rendition * STREAMS_PER_RENDITION + streamIndex
}

/** A track of the plan as one rendition has it. */
export interface RenditionTrack {
  readonly position: number
  readonly plan: TrackPlan
  /** Which of the streams of its kind it is. */
  readonly ordinal: number
}

export interface RenditionWork {
  readonly probed: ProbedRendition
  /** Finds where periods lie; the others follow. */
  readonly isMain: boolean
  readonly tracks: readonly RenditionTrack[]
}

/** Who delivers which tracks of the plan; renditions without any are left out. */
export function renditionWork(
  { probed }: Pick<RecordingContext, 'probed'>,
  plan: Pick<IngestPlan, 'tracks'>,
): RenditionWork[] {
  return probed.flatMap((one, number) => {
    const tracks = plan.tracks.flatMap((track, position) => {
      if (Math.floor(track.streamIndex / STREAMS_PER_RENDITION) !== number) return []
      const ordinal = one.media.details.get(track.streamIndex % STREAMS_PER_RENDITION)?.ordinal ?? 0
      return [{ position, plan: track, ordinal }]
    })
    return tracks.length === 0 ? [] : [{ probed: one, isMain: number === 0, tracks }]
  })
}
