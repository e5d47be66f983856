import { ContainerError } from '../container-error.ts'
import { readVint } from './ebml-element.ts'

/** The first bytes of a SimpleBlock or Block (RFC 9559 §10.1, §10.2). */
export interface BlockHeader {
  readonly trackNumber: number
  /** Ticks from the Cluster's Timestamp; may be negative. */
  readonly relativeTicks: number
  /** Means something in SimpleBlocks only. */
  readonly isKey: boolean
  readonly lacing: 'none' | 'xiph' | 'fixed' | 'ebml'
  readonly headerLength: number
}

/** A block header needs at most this many bytes. */
export const MAX_BLOCK_HEADER_BYTES = 11

/** Throws `malformed` when the block is shorter than its header. */
export function readBlockHeader(bytes: Uint8Array): BlockHeader {
  const track = readVint(bytes, 0)
  if (track === null || bytes.byteLength < track.length + 3) {
    throw new ContainerError('malformed', 'Matroska: a block is shorter than its header')
  }
  const at = track.length
  const ticks = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  const flags = bytes[at + 2] ?? 0
  return {
    trackNumber: track.value,
    relativeTicks: (ticks << 16) >> 16,
    isKey: (flags & 0x80) !== 0,
    lacing: LACINGS[(flags >> 1) & 3] ?? 'none',
    headerLength: at + 3,
  }
}

const LACINGS = ['none', 'xiph', 'fixed', 'ebml'] as const
