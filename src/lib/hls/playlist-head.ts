import type { RawTag } from './playlist-reading.ts'
import type { Violation } from './violation.ts'

/** What both kinds of playlist may say. */
export interface PlaylistHead {
  /** EXT-X-VERSION; null when absent, which means 1. */
  readonly version: number | null
  readonly independentSegments: boolean
  readonly start: StartPoint | null
  /** EXT-X-DEFINE: variables and their values, imported ones too. */
  readonly defines: ReadonlyMap<string, string>
  readonly unknownTags: readonly RawTag[]
  /** In the order of lines. */
  readonly violations: readonly Violation[]
  /** How many violations were found but not kept. */
  readonly droppedViolations: number
}

/** EXT-X-START: where to begin; negative counts from the end. */
export interface StartPoint {
  readonly timeOffsetSec: number
  readonly precise: boolean
}
