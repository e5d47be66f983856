/** Between two neighbours only (RFC 9110 §7.6.1), and what is meant for a proxy or names the host: never passed on. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
])

/** What else says how we ask, or which bytes are wanted (RFC 9110 §8.6, §10.1, §12.5, §14). */
const OURS: ReadonlySet<string> = new Set(['expect', 'content-length', 'accept-encoding', 'range', 'if-range'])

/** `name` in any case. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name.toLowerCase())
}

/** Whether a header speaks about the connection or the range of bytes: never the user's to set, whoever asks. */
export function isConnectionHeader(name: string): boolean {
  return isHopByHop(name) || OURS.has(name.toLowerCase())
}
