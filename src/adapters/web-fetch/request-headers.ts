import type { WebRequest } from '#domain/web.ts'
import { withoutLastDot } from './allowed-hosts.ts'

/** Says what we are, in the form that servers which look for browsers take. */
const USER_AGENT = 'Mozilla/5.0 (compatible; Telereel)'

/** What tells nothing about a person: sent to every host. */
const OPEN_HEADERS: ReadonlySet<string> = new Set(['user-agent', 'accept', 'accept-language', 'referer', 'origin'])

/** Ours alone: they say how the connection works or which bytes are wanted. */
const OUR_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'accept-encoding',
  'range',
  'if-range',
])

/** What one hop of a request sends. `mayKnowSecrets`: false after a redirect from https to http. */
export function headersFor(
  request: WebRequest,
  url: URL,
  { encodings, mayKnowSecrets }: { readonly encodings: string; readonly mayKnowSecrets: boolean },
): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': USER_AGENT, accept: '*/*' }
  const isTrusted = mayKnowSecrets && isOneOf(request.identity?.hosts ?? [], url)
  for (const [name, value] of Object.entries(request.identity?.headers ?? {})) {
    const key = name.toLowerCase()
    if (OUR_HEADERS.has(key)) continue
    if (isTrusted || OPEN_HEADERS.has(key)) headers[key] = value
  }
  headers['accept-encoding'] = encodings
  if (request.range) headers.range = `bytes=${request.range.first}-${request.range.last ?? ''}`
  if (request.ifRange !== undefined) headers['if-range'] = request.ifRange
  return headers
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
