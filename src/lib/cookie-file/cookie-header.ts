import type { FileCookie } from './file-cookie.ts'

/**
 * What a browser with these cookies would send to this address (RFC 6265 §5.4): host, path, https and age decide, the longest
 * paths come first. Null when it is nothing.
 */
export function cookieHeader(cookies: readonly FileCookie[], url: URL, nowMs: number): string | null {
  const fitting = cookies.filter((cookie) => fits(cookie, url, nowMs))
  const sorted = fitting.toSorted((a, b) => b.path.length - a.path.length)
  return sorted.length === 0 ? null : sorted.map(({ name, value }) => `${name}=${value}`).join('; ')
}

function fits({ domain, withSubdomains, path, secure, expiresMs }: FileCookie, url: URL, nowMs: number): boolean {
  if (expiresMs !== null && expiresMs <= nowMs) return false
  if (secure && url.protocol !== 'https:') return false
  const host = url.hostname.replace(/\.$/, '')
  if (host !== domain && !(withSubdomains && isNamed(domain) && host.endsWith(`.${domain}`))) return false
  return isUnder(url.pathname, path)
}

/** Addresses have no sub-domains. */
function isNamed(host: string): boolean {
  return !/^[\d.]+$/.test(host) && !host.startsWith('[')
}

/** RFC 6265 §5.1.4: `/film` holds `/film/1`, not `/films`. */
function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}
