/** Players on any page may read media: no credentials, so nothing is given away. */
const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'content-length, content-range, accept-ranges, etag, server-timing, x-cache',
} as const

/** Answer to the question that browsers ask before a request with Range from a foreign page. */
export const PREFLIGHT_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD, OPTIONS',
  'access-control-allow-headers': 'range, if-range, if-none-match, if-match, if-modified-since',
  'access-control-max-age': '86400',
} as const

/** On everything we serve: the type we say is the type it is. */
export const SAFE_HEADERS = { ...CORS_HEADERS, 'x-content-type-options': 'nosniff' } as const

/** Ask whether it is still the same: it may change. */
export const REVALIDATE = 'no-cache'
/** An address whose bytes never change. */
export const IMMUTABLE = 'public, max-age=31536000, immutable'

export const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl'
export const WEBVTT_TYPE = 'text/vtt; charset=utf-8'
