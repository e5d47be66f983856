export interface ContentRange {
  readonly first: number
  readonly last: number
  /** Null when the server does not say. */
  readonly total: number | null
}

/** `Content-Range: bytes 0-99/1000` (RFC 9110 §14.4); null when it is none. */
export function contentRangeOf(header: string | undefined): ContentRange | null {
  const parts = /^bytes\s+(\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(header?.trim() ?? '')
  if (!parts) return null
  const first = Number(parts[1])
  const last = Number(parts[2])
  const total = parts[3] === '*' ? null : Number(parts[3])
  if (last < first || (total !== null && last >= total)) return null
  return { first, last, total }
}
