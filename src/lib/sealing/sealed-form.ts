/**
 * Sealed bytes, version 1: header (40 bytes) · chunks. Each chunk is 65,536 plain bytes encrypted (the last one: what
 * remains; of no bytes at all: one empty chunk) and its tag of 16 bytes. So the place of every chunk follows from its number.
 */

export const SEALED_HEADER_BYTES = 40
export const CHUNK_BYTES = 65_536
export const TAG_BYTES = 16
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES

/** At least 1. */
export function chunkCountOf(plainBytes: number): number {
  return Math.max(1, Math.ceil(plainBytes / CHUNK_BYTES))
}

/** How long `plainBytes` are once sealed. */
export function sealedBytesOf(plainBytes: number): number {
  return SEALED_HEADER_BYTES + plainBytes + chunkCountOf(plainBytes) * TAG_BYTES
}

/** How many bytes were sealed into `sealedBytes`, or null when nothing sealed is so long. */
export function plainBytesOf(sealedBytes: number): number | null {
  const body = sealedBytes - SEALED_HEADER_BYTES
  const plainBytes = body - Math.ceil(body / SEALED_CHUNK_BYTES) * TAG_BYTES
  return plainBytes >= 0 && sealedBytesOf(plainBytes) === sealedBytes ? plainBytes : null
}

/** The most that fits, sealed, into `limit` bytes; negative when nothing does. */
export function mostPlainBytesIn(limit: number): number {
  const body = limit - SEALED_HEADER_BYTES
  const whole = Math.floor(body / SEALED_CHUNK_BYTES)
  const rest = body - whole * SEALED_CHUNK_BYTES - TAG_BYTES
  return whole * CHUNK_BYTES + (whole > 0 ? Math.max(0, rest) : rest)
}

/** Where the chunk begins in the sealed bytes. */
export function sealedOffsetOf(chunk: number): number {
  return SEALED_HEADER_BYTES + chunk * SEALED_CHUNK_BYTES
}

/** How many plain bytes the chunk holds. */
export function plainBytesIn(chunk: number, plainBytes: number): number {
  return Math.min(CHUNK_BYTES, plainBytes - chunk * CHUNK_BYTES)
}
