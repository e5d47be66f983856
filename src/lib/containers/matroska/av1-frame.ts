import { joined } from './file-stream.ts'

/**
 * The open bitstream units of a frame that an MP4 sample holds: temporal delimiters, redundant headers, tile lists and
 * padding are not stored (AV1 in ISOBMFF §2.4), which Matroska asks of its writers only. Bytes that are no units stay.
 */
export function storedAv1Units(pieces: readonly Uint8Array[], size: number): readonly Uint8Array[] {
  const bytes = joined(pieces, size)
  const kept: Uint8Array[] = []
  let keptFrom = 0
  for (let at = 0; at < size; ) {
    const unit = unitAt(bytes, at)
    if (unit === null) return pieces
    if (NOT_STORED.has(unit.type)) {
      if (at > keptFrom) kept.push(bytes.subarray(keptFrom, at))
      keptFrom = unit.end
    }
    at = unit.end
  }
  if (keptFrom === 0) return pieces
  return keptFrom < size ? [...kept, bytes.subarray(keptFrom)] : kept
}

/** AV1 §6.2.2: OBU_TEMPORAL_DELIMITER, OBU_REDUNDANT_FRAME_HEADER, OBU_TILE_LIST, OBU_PADDING. */
const NOT_STORED: ReadonlySet<number> = new Set([2, 7, 8, 15])

/** obu_header and obu_size (AV1 §5.3); without a size the unit goes to the end. Null where no unit can be. */
function unitAt(bytes: Uint8Array, at: number): { type: number; end: number } | null {
  const header = bytes[at] ?? 0
  const hasForbiddenBit = (header & 0x80) !== 0
  if (hasForbiddenBit) return null
  const type = (header >> 3) & 15
  const bodyAt = at + ((header & 4) === 0 ? 1 : 2)
  if ((header & 2) === 0) return { type, end: bytes.byteLength }
  let size = 0
  for (let index = 0; index < 8; index++) {
    const byte = bytes[bodyAt + index]
    if (byte === undefined) return null
    size += (byte & 0x7f) * 2 ** (7 * index)
    const end = bodyAt + index + 1 + size
    if (byte < 0x80) return end <= bytes.byteLength ? { type, end } : null
  }
  return null
}
