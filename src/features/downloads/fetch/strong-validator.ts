import type { WebAnswer } from '#domain/web.ts'
import { parseEntityTag } from '#lib/http-range/entity-tag.ts'
import { parseHttpDate } from '#lib/http-range/http-date.ts'

/**
 * What says that two answers are parts of the same bytes, for `If-Range`: a strong entity tag, else a date of change that
 * lies a second or more before the answer (RFC 9110 §8.8.2.2). Null when the server says neither.
 */
export function strongValidator({ headers }: Pick<WebAnswer, 'headers'>): string | null {
  const tag = headers.get('etag')?.trim()
  if (tag) return parseEntityTag(tag)?.weak === false ? tag : null
  const changed = headers.get('last-modified')?.trim() ?? ''
  const changedMs = parseHttpDate(changed)
  const answeredMs = parseHttpDate(headers.get('date')?.trim() ?? '')
  if (changedMs === null || answeredMs === null) return null
  return answeredMs - changedMs >= 1000 ? changed : null
}
