/** What a `Range` header asks of a representation; byte positions are inclusive. */
export type RequestedRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  | { readonly kind: 'unsatisfiable' }

const WHOLE: RequestedRange = { kind: 'whole' }
const UNSATISFIABLE: RequestedRange = { kind: 'unsatisfiable' }

/**
 * Reads a `Range` header (RFC 9110 §14.1.1, §14.2) for a representation of `byteLength` bytes.
 * Absent, malformed, other units and more than one range all mean the whole: a server may ignore
 * Range, and a list of ranges is a known way to make it work for nothing. Never throws.
 */
export function parseRange(header: string | undefined, byteLength: number): RequestedRange {
  const set = header === undefined ? null : /^bytes=(.*)$/is.exec(header.trim())?.[1]
  if (set == null) return WHOLE
  // Empty list elements are legal and mean nothing (§5.6.1.2).
  const ranges = set
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '')
  const [range] = ranges
  if (range === undefined || ranges.length > 1) return WHOLE
  const match = /^(\d*)-(\d*)$/.exec(range)
  if (!match) return WHOLE
  const [, first = '', last = ''] = match
  if (first !== '') return intRange(BigInt(first), last === '' ? null : BigInt(last), byteLength)
  return last === '' ? WHOLE : suffixRange(BigInt(last), byteLength)
}

/** `first-` or `first-last`. BigInt, because a header may hold any number of digits. */
function intRange(first: bigint, last: bigint | null, byteLength: number): RequestedRange {
  if (last !== null && last < first) return WHOLE
  if (first >= BigInt(byteLength)) return UNSATISFIABLE
  const end = byteLength - 1
  return { kind: 'part', first: Number(first), last: last === null || last > BigInt(end) ? end : Number(last) }
}

/** `-length`: the last bytes. Of an empty representation that is all of it, and no Content-Range can say so. */
function suffixRange(length: bigint, byteLength: number): RequestedRange {
  if (length === 0n) return UNSATISFIABLE
  if (byteLength === 0) return WHOLE
  const first = length >= BigInt(byteLength) ? 0 : byteLength - Number(length)
  return { kind: 'part', first, last: byteLength - 1 }
}
