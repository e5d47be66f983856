/** A part of a resource. */
export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/** Reads `<n>[@<o>]` (RFC 8216bis §4.4.4.2); `offset` is null when it is left out. Null when it is neither. */
export function parseByteRange(text: string): { readonly length: number; readonly offset: number | null } | null {
  const match = /^(\d{1,16})(?:@(\d{1,16}))?$/.exec(text.trim())
  if (!match) return null
  const length = Number(match[1])
  const offset = match[2] === undefined ? null : Number(match[2])
  return Number.isSafeInteger(length + (offset ?? 0)) ? { length, offset } : null
}
