import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { RequestRefusedError } from '../request-refused-error.ts'

export interface OwnNames {
  /** LOCAL_HOST. */
  readonly host: string
  readonly publicDomain: string | null
}

/**
 * Refuses a Host header that is not ours: a foreign name that was made to point at this machine (DNS rebinding) would
 * otherwise let its page read and write as if it were ours. Addresses pass, names must be known.
 */
export function assertOwnHost(request: IncomingMessage, own: OwnNames): void {
  const name = hostName(request.headers.host ?? '')
  if (name !== null && isOwnName(name, own)) return
  throw new RequestRefusedError('host-refused', 'This server does not answer under that name.', {
    why: 'A foreign page could use a name that points here to act as if it were ours.',
    fix: 'Use 127.0.0.1 or localhost, or set LOCAL_HOST or PUBLIC_DOMAIN to the name.',
  })
}

/**
 * Refuses what a foreign page made the browser send (CSRF): browsers say where a request comes from;
 * programs that say nothing are not under a page's control.
 */
export function assertSameOrigin(request: IncomingMessage, own: OwnNames): void {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw crossSite()
  if (origin === undefined) return
  const from = URL.canParse(origin) ? new URL(origin) : null
  const isOwn = from !== null && (from.host === host?.toLowerCase() || from.host === own.publicDomain)
  if (!isOwn) throw crossSite()
}

function crossSite(): RequestRefusedError {
  return new RequestRefusedError('cross-site', 'A page of another site may not do this.')
}

function isOwnName(name: string, { host, publicDomain }: OwnNames): boolean {
  if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true
  const machine = hostname().toLowerCase()
  return [host, hostName(publicDomain ?? ''), machine, `${machine}.local`].includes(name)
}

/** The name of `name:port` or `[address]:port`, lower case; null when it is neither. */
function hostName(text: string): string | null {
  const match = /^(?:\[([0-9a-f:.%]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(text)
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null
}
