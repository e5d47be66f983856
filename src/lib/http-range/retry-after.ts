import { parseHttpDate } from './http-date.ts'

/** `Retry-After`: seconds or a date (RFC 9110 §10.2.3), as milliseconds from now on; null when it says nothing. */
export function retryAfterMs(header: string | undefined, dateMs: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = parseHttpDate(text)
  return at === null ? null : Math.max(0, at - dateMs)
}
