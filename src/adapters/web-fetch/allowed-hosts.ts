/** A host that the owner lets us fetch although it may be inside; in the form of `URL.hostname` (IPv6 in brackets). */
export interface AllowedHost {
  readonly host: string
  /** Every port when missing. */
  readonly port?: number
}

/**
 * Whether the owner named the host of this address. By its text only: a name that resolves to an allowed address is not
 * allowed by that.
 */
export function isAllowedHost(allowed: readonly AllowedHost[], url: URL): boolean {
  const host = withoutLastDot(url.hostname)
  return allowed.some((one) => withoutLastDot(one.host) === host && (one.port ?? portOf(url)) === portOf(url))
}

/** The port an http or https address means. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}

/** `example.com.` and `example.com` are one host. */
export function withoutLastDot(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}
