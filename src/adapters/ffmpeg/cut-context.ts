import type { IngestPlan } from '#domain/ingest-plan.ts'
import { MEDIA_ORIGIN_SEC } from '#domain/ingest-plan.ts'
import type { TrackCut } from '#lib/containers/segmenter/track-segmenter.ts'
import { fmp4Format } from '#lib/containers/segmenter/fmp4-format.ts'
import { tsFormat } from '#lib/containers/mpeg-ts/ts-format.ts'
import type { SegmentPiece } from '#lib/containers/segmenter/segment-piece.ts'
import type { ContainerTrack } from '#lib/containers/sample.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import type { IndexSources } from './index-media.ts'
import type { VideoEncoder } from './video-encoder.ts'

/** All that the sources of a cut share. */
export interface CutContext extends IndexSources {
  readonly tools: FfmpegTools
  readonly plan: IngestPlan
  /** Container times at which segments begin. */
  readonly bordersSec: readonly number[]
  /** First segment wanted, by position in plan.tracks. */
  readonly from: readonly number[]
  readonly encoder: VideoEncoder
  /** Of decoders and of encoders. */
  readonly threads: number
  /** Where runs may write small files. */
  readonly workFolder: string
  readonly signal: AbortSignal
  /** Tells the operator. */
  warn(message: string): void
}

/** Where the pieces of some tracks come from. `trackId` of a piece is its track's position in plan.tracks. */
export interface PieceSource extends AsyncDisposable {
  /** By position in plan.tracks; known before the first piece. */
  readonly tracks: ReadonlyMap<number, ContainerTrack>
  pieces(): AsyncIterable<SegmentPiece>
  /** Nobody looks at these bytes of a piece any more; those of other sources are passed over. */
  giveBack?(bytes: readonly Uint8Array[]): void
  /** After the last piece: what is wrong with the file, for people; null when nothing is. */
  damage(): string | null
}

/** A segment in memory is at most this, larger ones come as several fragments. */
const FRAGMENT_BYTES = 8 * 1024 * 1024

/** How one track is cut into segments. */
export function trackCutOf({ plan, bordersSec, from }: CutContext, position: number): TrackCut {
  return {
    borders: bordersSec,
    originSec: plan.startSec,
    mediaOriginSec: MEDIA_ORIGIN_SEC,
    format: plan.packaging === 'ts' ? tsFormat : fmp4Format,
    fragmentBytes: FRAGMENT_BYTES,
    from: from[position] ?? 0,
  }
}
