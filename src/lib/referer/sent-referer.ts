/**
 * A Referer as it may be sent: as it was given, but never with a fragment, a user or a password (RFC 9110 §10.1.3). What is no
 * address stays as it is.
 */
export function sentReferer(value: string): string {
  const url = URL.parse(value)
  if (!url || !/[#@]/.test(value)) return value
  url.username = ''
  url.password = ''
  url.hash = ''
  return url.href
}
