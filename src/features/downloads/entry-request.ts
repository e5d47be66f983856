import type { DownloadIdentity, DownloadRequest } from '#domain/download.ts'

/**
 * The wish for one entry of a list. Who wrote the list chose its address: what the user told for the host of the list goes
 * to no other by that, nor over http what was told over https, and the entry may not be a list that orders more.
 */
export function entryRequest(request: DownloadRequest, url: string): DownloadRequest {
  const { title: _, ...wish } = request
  const { entries: __, formatId: ___, ...choice } = request.choice
  return { ...wish, url, choice, identity: identityFor(url, request), ofList: true }
}

/** They say nothing of a person. */
const OPEN_HEADERS: ReadonlySet<string> = new Set(['user-agent', 'accept', 'accept-language'])

function identityFor(url: string, request: Pick<DownloadRequest, 'url' | 'identity'>): DownloadIdentity {
  const { headers, cookies: _, ...identity } = request.identity
  const own = [hostOf(request.url), ...identity.hosts.map((host) => host.toLowerCase())]
  const isInTheOpen = isHttps(request.url) && !isHttps(url)
  if (!isInTheOpen && own.some((host) => isWithin(hostOf(url), host))) return request.identity
  const open = Object.entries(headers).filter(([name]) => OPEN_HEADERS.has(name.toLowerCase()))
  return { ...identity, headers: Object.fromEntries(open) }
}

function isWithin(host: string, trusted: string): boolean {
  return trusted !== '' && (host === trusted || (!/^[\d.]+$/.test(trusted) && host.endsWith(`.${trusted}`)))
}

function isHttps(url: string): boolean {
  return URL.parse(url)?.protocol === 'https:'
}

/** `www.example.com` and `example.com` are one site. */
function hostOf(url: string): string {
  return (URL.parse(url)?.hostname ?? '').replace(/^www\./, '')
}
