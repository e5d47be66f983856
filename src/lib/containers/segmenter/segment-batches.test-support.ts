import type { ContainerTrack } from '../sample.ts'
import type { SegmentFormat } from './segment-format.ts'
import type { SegmentPiece } from './segment-piece.ts'
import { type CodedBatch, TrackSegmenter } from './track-segmenter.ts'

export interface SegmentOptions {
  /** Batches of other tracks are passed over. */
  readonly tracks: readonly ContainerTrack[]
  /** Container times in seconds at which segments begin, ascending. What comes before the first belongs to segment 0. */
  readonly borders: readonly number[]
  /** Container time of presentation zero. */
  readonly originSec: number
  /** Media time (`tfdt`, PTS) of presentation zero. */
  readonly mediaOriginSec: number
  readonly format: SegmentFormat
  /** A segment with more bytes than this is written as several fragments. */
  readonly fragmentBytes?: number
  /** Track id -> first segment to write; earlier samples are passed over, and there is no init segment. */
  readonly from?: ReadonlyMap<number, number>
}

const DEFAULT_FRAGMENT_BYTES = 8 * 1024 * 1024

/**
 * Samples become segments: first the init segments, then pieces in the order in which data arrive.
 * A video segment begins with the first sync sample that is not before its border (1 ms is forgiven), an audio segment
 * with the first sample that is not. Where a border has no such sample before the next border, the segment before it
 * grows, the border's index never comes, and later segments keep their own: an index means the same time in all tracks.
 * A segment lasts until the next one of its track begins, so playlists add up over any gap.
 * Holds one fragment per track. Throws what the format throws, and `ContainerError('truncated')` when payload is missing.
 */
export async function* segmentBatches(
  batches: AsyncIterable<CodedBatch>,
  { tracks, from, fragmentBytes = DEFAULT_FRAGMENT_BYTES, ...cut }: SegmentOptions,
): AsyncIterable<SegmentPiece> {
  const segmenters = new Map(
    tracks.map((track) => [
      track.id,
      new TrackSegmenter(track, { ...cut, fragmentBytes, from: from?.get(track.id) ?? 0 }),
    ]),
  )
  for (const segmenter of segmenters.values()) yield* segmenter.begin()
  for await (const batch of batches) yield* segmenters.get(batch.trackId)?.add(batch) ?? []
  for (const segmenter of segmenters.values()) yield* segmenter.end()
}
