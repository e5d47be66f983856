/** A line of a cookies file in Netscape format, as browsers and curl export them. */
export interface FileCookie {
  /** Lower case, without a dot in front. */
  readonly domain: string
  readonly withSubdomains: boolean
  readonly path: string
  /** Over https only. */
  readonly secure: boolean
  /** Milliseconds since 1970; null: as long as the browser was open, which nobody can know here. */
  readonly expiresMs: number | null
  readonly name: string
  readonly value: string
}

/** RFC 6265 §4.1.1; other bytes could not be sent, or would be a second cookie. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\x21-\x3a\x3c-\x7e\x80-\xff ]*$/
const HTTP_ONLY = /^#HttpOnly_/

/** Domain, sub-domains too, path, secure, expiry, name, value, with tabs between them. Null for comments and what cannot be read. */
export function parseFileCookie(line: string): FileCookie | null {
  const fields = line.replace(HTTP_ONLY, '').split('\t')
  const [host = '', subdomains, path = '', secure, expiry = '', name = '', value = ''] = fields
  if (fields.length !== 7 || host.startsWith('#') || !NAME.test(name) || !VALUE.test(value)) return null
  if (!path.startsWith('/') || !/^-?\d{0,15}(?:\.\d+)?$/.test(expiry)) return null
  const domain = host.toLowerCase().replace(/^\./, '')
  if (domain === '') return null
  return {
    ...{ domain, path, name, value },
    withSubdomains: subdomains?.toUpperCase() === 'TRUE' || host.startsWith('.'),
    secure: secure?.toUpperCase() === 'TRUE',
    expiresMs: Number(expiry) === 0 ? null : Number(expiry) * 1000,
  }
}
