import { fullBox, u16, u32, u64 } from './box-writer.ts'

export interface SegmentIndexPlan {
  readonly trackId: number
  /** Ticks per second of the two times below. */
  readonly timescale: number
  /** Media time, before edit lists, of the first part: ffmpeg and all that use it take it so. */
  readonly earliestTicks: number
  /** Bytes between the end of the index and the first part. */
  readonly firstOffset: number
  /** One after another, each begins with a key frame of the track. */
  readonly parts: readonly { readonly byteLength: number; readonly ticks: number }[]
}

const MAX_PARTS = 0xffff
const MAX_PART_BYTES = 0x7fff_ffff
/** Each part begins with a stream access point of type 1. */
const BEGINS_WITH_KEY_FRAME = 0x9000_0000

/** `sidx` (ISO/IEC 14496-12 §8.16.3): where players find a time without reading what lies before. Null when it cannot say it. */
export function composeSegmentIndex(plan: SegmentIndexPlan): Uint8Array | null {
  const { trackId, timescale, earliestTicks, firstOffset, parts } = plan
  if (parts.length > MAX_PARTS || parts.some(({ byteLength }) => byteLength > MAX_PART_BYTES)) return null
  const rows = parts.map(({ byteLength, ticks }) => u32(byteLength, ticks, BEGINS_WITH_KEY_FRAME))
  const times = [u64(earliestTicks), u64(firstOffset)]
  return fullBox('sidx', 1, 0, u32(trackId, timescale), ...times, u16(0, parts.length), ...rows)
}
