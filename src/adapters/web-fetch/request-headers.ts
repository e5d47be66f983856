import { isConnectionHeader } from '#domain/connection-headers.ts'
import type { WebRequest } from '#domain/web.ts'
import { cookieHeader } from '#lib/cookie-file/cookie-header.ts'
import type { FileCookie } from '#lib/cookie-file/file-cookie.ts'
import { sentReferer } from '#lib/referer/sent-referer.ts'
import { withoutLastDot } from './allowed-hosts.ts'

/** Says what we are, in the form that servers which look for browsers take. */
const USER_AGENT = 'Mozilla/5.0 (compatible; Telereel)'

/**
 * Sent to every host: what tells nothing about a person, and which page asks. Servers of segments want to hear of the page that
 * a film stands on, and players tell them; a Referer is never made up here, it is what somebody wrote.
 */
const OPEN_HEADERS: ReadonlySet<string> = new Set(['user-agent', 'accept', 'accept-language', 'referer', 'origin'])

interface Hop {
  readonly encodings: string
  readonly cookies: readonly FileCookie[]
  /** False after a redirect from https to http. */
  readonly mayKnowSecrets: boolean
  readonly nowMs: number
}

/** What one hop of a request sends. */
export function headersFor(request: WebRequest, url: URL, hop: Hop): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': USER_AGENT, accept: '*/*' }
  const isInTheOpen = url.protocol === 'http:' && request.identity?.secretsOverHttpsOnly === true
  const mayKnowSecrets = hop.mayKnowSecrets && !isInTheOpen
  Object.assign(headers, ownHeaders(request, url, mayKnowSecrets))
  if (mayKnowSecrets) addCookies(headers, url, hop)
  headers['accept-encoding'] = hop.encodings
  if (request.range) headers.range = `bytes=${request.range.first}-${request.range.last ?? ''}`
  if (request.ifRange !== undefined) headers['if-range'] = request.ifRange
  return headers
}

/** Those that the user wishes, as far as this host may know them. */
function ownHeaders({ identity }: WebRequest, url: URL, mayKnowSecrets: boolean): Record<string, string> {
  const isTrusted = mayKnowSecrets && isOneOf(identity?.hosts ?? [], url)
  const all = Object.entries(identity?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const)
  const known = all.filter(([name]) => !isConnectionHeader(name) && (isTrusted || OPEN_HEADERS.has(name)))
  return Object.fromEntries(known.map(([name, value]) => [name, name === 'referer' ? sentReferer(value) : value]))
}

function addCookies(headers: Record<string, string>, url: URL, { cookies, nowMs }: Hop): void {
  const byHand = headers.cookie ?? ''
  const fromFile = cookieHeader(withoutNamed(cookies, byHand), url, nowMs)
  if (fromFile !== null) headers.cookie = byHand === '' ? fromFile : `${byHand}; ${fromFile}`
}

/** What somebody wrote by hand stands for what the file has of that name. */
function withoutNamed(cookies: readonly FileCookie[], byHand: string): readonly FileCookie[] {
  const names = new Set(byHand.split(';').map((pair) => pair.split('=')[0]?.trim()))
  return cookies.filter(({ name }) => !names.has(name))
}

/** Whether the host of an address is one of these or a sub-domain of one. */
function isOneOf(hosts: readonly string[], url: URL): boolean {
  const host = withoutLastDot(url.hostname)
  return hosts.some((one) => {
    const trusted = withoutLastDot(URL.parse(`http://${one}`)?.hostname ?? '')
    return trusted !== '' && (host === trusted || (!isNumeric(trusted) && host.endsWith(`.${trusted}`)))
  })
}

/** IP addresses have no sub-domains. */
function isNumeric(host: string): boolean {
  return host.startsWith('[') || /^[\d.]+$/.test(host)
}
