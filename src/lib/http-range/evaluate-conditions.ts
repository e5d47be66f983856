import { contentRange, unsatisfiedContentRange } from './content-range.ts'
import { type EntityTag, matchesStrongly, matchesWeakly, parseEntityTag, parseEntityTags } from './entity-tag.ts'
import { parseHttpDate } from './http-date.ts'
import { parseRange } from './parse-range.ts'

/** The request fields that decide; values as they came, undefined when absent. */
export interface ConditionalRequest {
  readonly method: string
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSince?: string | undefined
  readonly ifUnmodifiedSince?: string | undefined
  readonly ifRange?: string | undefined
  readonly range?: string | undefined
}

/** What would be sent. */
export interface Representation {
  /** With its quotes, as in the ETag header: `"abc"` or `W/"abc"`. */
  readonly etag: string
  /** Milliseconds since 1970. */
  readonly lastModifiedMs?: number | undefined
  readonly byteLength: number
}

/** The answer; `length` is the size of its body in bytes (of a GET), positions are inclusive. */
export type ConditionalAnswer =
  | { readonly status: 200; readonly length: number }
  | {
      readonly status: 206
      readonly first: number
      readonly last: number
      readonly length: number
      readonly contentRange: string
    }
  | { readonly status: 304 }
  | { readonly status: 412 }
  | { readonly status: 416; readonly contentRange: string }

/**
 * Decides one answer from all conditional fields and Range, in the order of RFC 9110 §13.2.2. Never throws.
 * - A list that is not well-formed matches by the tags before its fault; a date that is none is ignored.
 * - HEAD gets the status and fields of the GET it stands for, ranges included, as common servers do
 *   (§9.3.2; §14.2 defines ranges for GET alone). Other methods: 200 means "go on".
 * - A date in If-Range counts only when `nowMs` shows that it is a strong validator (§8.8.2.2).
 */
export function evaluateConditions(
  request: ConditionalRequest,
  representation: Representation,
  nowMs?: number,
): ConditionalAnswer {
  const reads = request.method === 'GET' || request.method === 'HEAD'
  if (!mayGoOn(request, representation)) return { status: 412 }
  if (alreadyKnown(request, representation, reads)) return { status: reads ? 304 : 412 }
  const whole = { status: 200, length: representation.byteLength } as const
  if (!reads || request.range === undefined) return whole
  if (request.ifRange !== undefined && !stillTheSame(request.ifRange, representation, nowMs)) return whole
  return rangeAnswer(request.range, representation.byteLength) ?? whole
}

/** Steps 1 and 2: If-Match, else If-Unmodified-Since. */
function mayGoOn(request: ConditionalRequest, { etag, lastModifiedMs }: Representation): boolean {
  if (request.ifMatch !== undefined) return listMatches(request.ifMatch, etag, matchesStrongly)
  const limitMs = dateMs(request.ifUnmodifiedSince)
  return limitMs === null || lastModifiedMs === undefined || wholeSeconds(lastModifiedMs) <= limitMs
}

/** Steps 3 and 4: If-None-Match, else (GET and HEAD only) If-Modified-Since. */
function alreadyKnown(request: ConditionalRequest, { etag, lastModifiedMs }: Representation, reads: boolean): boolean {
  if (request.ifNoneMatch !== undefined) return listMatches(request.ifNoneMatch, etag, matchesWeakly)
  const sinceMs = reads ? dateMs(request.ifModifiedSince) : null
  return sinceMs !== null && lastModifiedMs !== undefined && wholeSeconds(lastModifiedMs) <= sinceMs
}

/** Step 5: If-Range, by strong comparison only; what cannot be read is false and gives the whole. */
function stillTheSame(ifRange: string, { etag, lastModifiedMs }: Representation, nowMs?: number): boolean {
  const asked = parseEntityTag(ifRange)
  const current = parseEntityTag(etag)
  if (asked) return current !== null && matchesStrongly(asked, current)
  const dateMs = parseHttpDate(ifRange.trim())
  if (dateMs === null || lastModifiedMs === undefined || nowMs === undefined) return false
  // A file may change twice within a second: only a date that is over proves anything.
  return dateMs === wholeSeconds(lastModifiedMs) && nowMs - dateMs >= 1000
}

function rangeAnswer(range: string, byteLength: number): ConditionalAnswer | null {
  const asked = parseRange(range, byteLength)
  if (asked.kind === 'whole') return null
  if (asked.kind === 'unsatisfiable') return { status: 416, contentRange: unsatisfiedContentRange(byteLength) }
  const { first, last } = asked
  return { status: 206, first, last, length: last - first + 1, contentRange: contentRange(first, last, byteLength) }
}

function listMatches(header: string, etag: string, matches: (a: EntityTag, b: EntityTag) => boolean): boolean {
  const list = parseEntityTags(header)
  if (list === '*') return true
  const current = parseEntityTag(etag)
  return current !== null && list.tags.some((tag) => matches(tag, current))
}

function dateMs(header: string | undefined): number | null {
  return header === undefined ? null : parseHttpDate(header.trim())
}

/** HTTP-dates know no milliseconds. */
function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}
