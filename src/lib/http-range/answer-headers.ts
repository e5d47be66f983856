import type { ConditionalAnswer } from './evaluate-conditions.ts'

/** All a 304 may carry (RFC 9110 §15.4.5): enough to freshen what the cache holds, and CORS for the page that reads it. */
const KEPT_BY_304 = /^(?:cache-control|content-location|date|etag|expires|vary|access-control-.*)$/

/** Fields that describe the body we would have sent, not the error body that goes out instead. */
const DESCRIBES_BODY = /^(?:content-.*|etag|last-modified|cache-control|expires)$/

/**
 * Header fields of an answer, made from those of the whole representation (lower-case names).
 * 200 and 206 get Accept-Ranges and their own Content-Length; 206 and 416 a Content-Range;
 * 304 keeps only what §15.4.5 lists; 412 and 416 lose what describes the representation.
 */
export function answerHeaders(
  answer: ConditionalAnswer,
  representation: Readonly<Record<string, string>>,
): Record<string, string> {
  switch (answer.status) {
    case 200:
      return { ...representation, 'accept-ranges': 'bytes', 'content-length': String(answer.length) }
    case 206:
      return {
        ...representation,
        'accept-ranges': 'bytes',
        'content-length': String(answer.length),
        'content-range': answer.contentRange,
      }
    case 304:
      return filtered(representation, (name) => KEPT_BY_304.test(name))
    case 412:
      return filtered(representation, (name) => !DESCRIBES_BODY.test(name))
    case 416:
      return {
        ...filtered(representation, (name) => !DESCRIBES_BODY.test(name)),
        'accept-ranges': 'bytes',
        'content-range': answer.contentRange,
      }
  }
}

function filtered(headers: Readonly<Record<string, string>>, keep: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name.toLowerCase())))
}
