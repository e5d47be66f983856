/**
 * How long an answer may be given again without asking (RFC 9111 §5.2.2), as far as its server says: 0 when not at all,
 * infinite when it says nothing.
 */
export function howLongToKeepMs(headers: ReadonlyMap<string, string>): number {
  const directives = `${headers.get('cache-control') ?? ''},${headers.get('pragma') ?? ''}`.toLowerCase()
  if (/\bno-(store|cache)\b/.test(directives)) return 0
  const maxAge = /\bmax-age\s*=\s*"?(\d+)/.exec(directives)?.[1]
  if (maxAge === undefined) return Number.POSITIVE_INFINITY
  const age = Number(headers.get('age') ?? 0) || 0
  return Math.max(0, Number(maxAge) - age) * 1000
}
