import type { ContainerTrack, Sample } from '../sample.ts'

/**
 * How segments are written. Holds no state: the same fragment gives the same bytes, whatever was written before, so
 * that cutting can go on after a restart at any segment.
 */
export interface SegmentFormat {
  /** The init segment of a track; null where segments need none. */
  init(track: ContainerTrack): Uint8Array | null
  /** All bytes of one fragment. Throws `ContainerError` when samples or track do not fit into the format. */
  fragment(track: ContainerTrack, fragment: Fragment): readonly Uint8Array[]
}

/** Consecutive samples of one segment with their bytes; a segment is one fragment, or several when it is large. */
export interface Fragment {
  /** At least one, in decode order, in container time. */
  readonly samples: readonly Sample[]
  /** Their bytes; borders between pieces mean nothing. */
  readonly payload: readonly Uint8Array[]
  /** What must be added to container time to get media time, in ticks of the track. */
  readonly offsetTicks: number
  /** Index of the segment, and which of its fragments this is, from 0. */
  readonly segment: number
  readonly ordinal: number
  /** How many indexes just before this one have no segment. */
  readonly skipped: number
  /** What the samples were coded with: the track's sample entry, or another one of a piece that was encoded anew. */
  readonly sampleEntry: Uint8Array
}
