import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ConditionalRequest, evaluateConditions, type Representation } from './evaluate-conditions.ts'

const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT'
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT'
const AFTER = 'Sun, 06 Nov 1994 08:49:38 GMT'
const NOW_MS = Date.UTC(2026, 0, 1)
const FILE: Representation = { etag: '"v1"', lastModifiedMs: Date.UTC(1994, 10, 6, 8, 49, 37, 250), byteLength: 100 }
const WEAK: Representation = { ...FILE, etag: 'W/"v1"' }
const UNDATED: Representation = { etag: '"v1"', byteLength: 100 }

const part = (first: number, last: number) => `206 ${first}-${last}/100`
type Case = [why: string, request: Omit<ConditionalRequest, 'method'>, expected: string, of?: Representation]

const CASES: Case[] = [
  ['nothing asked', {}, '200'],
  ['a range', { range: 'bytes=0-9' }, part(0, 9)],
  ['the whole as a range', { range: 'bytes=0-' }, part(0, 99)],
  ['the end', { range: 'bytes=-10' }, part(90, 99)],
  ['beyond the end', { range: 'bytes=100-' }, '416 */100'],
  ['several ranges', { range: 'bytes=0-1,5-6' }, '200'],
  ['a malformed range', { range: 'bytes=9-1' }, '200'],

  ['If-None-Match: same', { ifNoneMatch: '"v1"' }, '304'],
  ['If-None-Match: other', { ifNoneMatch: '"v2"' }, '200'],
  ['If-None-Match: weak in the request', { ifNoneMatch: 'W/"v1"' }, '304'],
  ['If-None-Match: weak in the answer', { ifNoneMatch: '"v1"' }, '304', WEAK],
  ['If-None-Match: *', { ifNoneMatch: '*' }, '304'],
  ['If-None-Match: list with it', { ifNoneMatch: '"a", W/"b" ,"v1"' }, '304'],
  ['If-None-Match: list without it', { ifNoneMatch: '"a","b"' }, '200'],
  ['If-None-Match: list with empty elements', { ifNoneMatch: ', "a",, "v1" ,' }, '304'],
  ['If-None-Match: comma inside a tag', { ifNoneMatch: '"a,v1"' }, '200'],
  ['If-None-Match: tags are case-sensitive', { ifNoneMatch: '"V1"' }, '200'],
  ['If-None-Match: no quotes', { ifNoneMatch: 'v1' }, '200'],
  ['If-None-Match: quote left open', { ifNoneMatch: '"v1' }, '200'],
  ['If-None-Match: fault after the match', { ifNoneMatch: '"v1", x' }, '304'],
  ['If-None-Match: fault before the match', { ifNoneMatch: 'x, "v1"' }, '200'],
  ['If-None-Match: w/ in small letters is no tag', { ifNoneMatch: 'w/"v1"' }, '200'],
  ['If-None-Match: empty', { ifNoneMatch: '' }, '200'],
  ['If-None-Match wins over Range', { ifNoneMatch: '"v1"', range: 'bytes=0-9' }, '304'],
  ['If-None-Match true, then Range', { ifNoneMatch: '"v2"', range: 'bytes=0-9' }, part(0, 9)],
  ['If-None-Match wins over an unsatisfiable Range', { ifNoneMatch: '"v1"', range: 'bytes=100-' }, '304'],
  ['If-None-Match hides If-Modified-Since', { ifNoneMatch: '"v2"', ifModifiedSince: AFTER }, '200'],
  ['If-None-Match matches, If-Modified-Since does not', { ifNoneMatch: '"v1"', ifModifiedSince: BEFORE }, '304'],

  ['If-Modified-Since: same second', { ifModifiedSince: MODIFIED }, '304'],
  ['If-Modified-Since: later', { ifModifiedSince: AFTER }, '304'],
  ['If-Modified-Since: earlier', { ifModifiedSince: BEFORE }, '200'],
  ['If-Modified-Since: RFC 850 form', { ifModifiedSince: 'Sunday, 06-Nov-94 08:49:37 GMT' }, '304'],
  ['If-Modified-Since: asctime form', { ifModifiedSince: 'Sun Nov  6 08:49:37 1994' }, '304'],
  ['If-Modified-Since: no date', { ifModifiedSince: 'yesterday' }, '200'],
  ['If-Modified-Since: other zone', { ifModifiedSince: 'Sun, 06 Nov 1994 08:49:37 PST' }, '200'],
  ['If-Modified-Since: two dates', { ifModifiedSince: `${AFTER}, ${AFTER}` }, '200'],
  ['If-Modified-Since: impossible day', { ifModifiedSince: 'Wed, 31 Feb 2024 08:49:37 GMT' }, '200'],
  ['If-Modified-Since: representation without date', { ifModifiedSince: AFTER }, '200', UNDATED],
  ['If-Modified-Since wins over Range', { ifModifiedSince: AFTER, range: 'bytes=0-9' }, '304'],

  ['If-Match: same', { ifMatch: '"v1"' }, '200'],
  ['If-Match: other', { ifMatch: '"v2"' }, '412'],
  ['If-Match: *', { ifMatch: '*' }, '200'],
  ['If-Match: list with it', { ifMatch: '"v0", "v1"' }, '200'],
  ['If-Match: weak in the request', { ifMatch: 'W/"v1"' }, '412'],
  ['If-Match: weak in the answer', { ifMatch: '"v1"' }, '412', WEAK],
  ['If-Match: weak on both sides', { ifMatch: 'W/"v1"' }, '412', WEAK],
  ['If-Match: malformed', { ifMatch: 'v1' }, '412'],
  ['If-Match true, then Range', { ifMatch: '"v1"', range: 'bytes=0-9' }, part(0, 9)],
  ['If-Match true, then If-None-Match', { ifMatch: '"v1"', ifNoneMatch: '"v1"' }, '304'],
  ['If-Match false wins over all', { ifMatch: '"x"', ifNoneMatch: '"v1"', range: 'bytes=100-' }, '412'],
  ['If-Match hides If-Unmodified-Since', { ifMatch: '"v1"', ifUnmodifiedSince: BEFORE }, '200'],

  ['If-Unmodified-Since: same second', { ifUnmodifiedSince: MODIFIED }, '200'],
  ['If-Unmodified-Since: later', { ifUnmodifiedSince: AFTER }, '200'],
  ['If-Unmodified-Since: earlier', { ifUnmodifiedSince: BEFORE }, '412'],
  ['If-Unmodified-Since: no date', { ifUnmodifiedSince: '0' }, '200'],
  ['If-Unmodified-Since: representation without date', { ifUnmodifiedSince: BEFORE }, '200', UNDATED],
  ['If-Unmodified-Since false with Range', { ifUnmodifiedSince: BEFORE, range: 'bytes=0-9' }, '412'],

  ['If-Range: same tag', { ifRange: '"v1"', range: 'bytes=0-9' }, part(0, 9)],
  ['If-Range: other tag', { ifRange: '"v2"', range: 'bytes=0-9' }, '200'],
  ['If-Range: weak in the request', { ifRange: 'W/"v1"', range: 'bytes=0-9' }, '200'],
  ['If-Range: weak in the answer', { ifRange: '"v1"', range: 'bytes=0-9' }, '200', WEAK],
  ['If-Range: weak on both sides', { ifRange: 'W/"v1"', range: 'bytes=0-9' }, '200', WEAK],
  ['If-Range: a list is not allowed', { ifRange: '"v1", "v1"', range: 'bytes=0-9' }, '200'],
  ['If-Range: * is not allowed', { ifRange: '*', range: 'bytes=0-9' }, '200'],
  ['If-Range: same date', { ifRange: MODIFIED, range: 'bytes=0-9' }, part(0, 9)],
  ['If-Range: later date is another date', { ifRange: AFTER, range: 'bytes=0-9' }, '200'],
  ['If-Range: earlier date', { ifRange: BEFORE, range: 'bytes=0-9' }, '200'],
  ['If-Range: representation without date', { ifRange: MODIFIED, range: 'bytes=0-9' }, '200', UNDATED],
  ['If-Range: neither tag nor date', { ifRange: 'v1', range: 'bytes=0-9' }, '200'],
  ['If-Range: empty', { ifRange: '', range: 'bytes=0-9' }, '200'],
  ['If-Range true, Range beyond the end', { ifRange: '"v1"', range: 'bytes=100-' }, '416 */100'],
  ['If-Range false, Range beyond the end', { ifRange: '"v2"', range: 'bytes=100-' }, '200'],
  ['If-Range without Range', { ifRange: '"v2"' }, '200'],
]

describe.each(['GET', 'HEAD'])('evaluateConditions of %s', (method) => {
  it.each(CASES)('%s: %o gives %s', (_why, request, expected, representation = FILE) => {
    expect(inShort(evaluateConditions({ method, ...request }, representation, NOW_MS))).toBe(expected)
  })
})

describe('evaluateConditions', () => {
  it('takes a date in If-Range for strong only when its second is surely over', () => {
    const request = { method: 'GET', ifRange: MODIFIED, range: 'bytes=0-9' }
    const dateMs = Date.UTC(1994, 10, 6, 8, 49, 37)
    expect(evaluateConditions(request, FILE, dateMs + 999).status).toBe(200)
    expect(evaluateConditions(request, FILE, dateMs + 1000).status).toBe(206)
    expect(evaluateConditions(request, FILE).status).toBe(200)
  })

  it('answers 412 where a write meets If-None-Match, and ignores its dates and ranges', () => {
    expect(evaluateConditions({ method: 'PUT', ifNoneMatch: '*' }, FILE)).toEqual({ status: 412 })
    expect(evaluateConditions({ method: 'DELETE', ifModifiedSince: AFTER }, FILE).status).toBe(200)
    expect(evaluateConditions({ method: 'PUT', range: 'bytes=0-9' }, FILE).status).toBe(200)
  })

  it('tells the length of the body', () => {
    expect(evaluateConditions({ method: 'GET' }, FILE)).toEqual({ status: 200, length: 100 })
    expect(evaluateConditions({ method: 'GET', range: 'bytes=10-19' }, FILE)).toMatchObject({ length: 10 })
  })

  it('answers anything with one of five statuses and never throws', () => {
    const field = fc.option(fc.oneof(fc.string(), fc.constantFrom('*', '"v1"', 'W/"v1"', MODIFIED, 'bytes=0-')), {
      nil: undefined,
    })
    const request = fc.record({
      method: fc.constantFrom('GET', 'HEAD', 'PUT', 'x'),
      ifMatch: field,
      ifNoneMatch: field,
      ifModifiedSince: field,
      ifUnmodifiedSince: field,
      ifRange: field,
      range: field,
    })
    fc.assert(
      fc.property(request, fc.string(), (any, etag) => {
        expect([200, 206, 304, 412, 416]).toContain(evaluateConditions(any, { ...FILE, etag }, NOW_MS).status)
      }),
      { numRuns: 2000 },
    )
  })
})

function inShort(answer: ReturnType<typeof evaluateConditions>): string {
  return 'contentRange' in answer ? `${answer.status} ${answer.contentRange.replace('bytes ', '')}` : `${answer.status}`
}
