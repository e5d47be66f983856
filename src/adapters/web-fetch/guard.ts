import { isIP } from 'node:net'
import { AddressRefusedError, InvalidInputError, RemoteUnreachableError } from '#domain/errors.ts'
import { type AllowedHost, isAllowedHost, portOf, withoutLastDot } from './allowed-hosts.ts'
import { BLOCKED_PORTS } from './blocked-ports.ts'
import type { DnsCache, ResolvedAddress } from './dns-cache.ts'
import { whyAddressIsRefused } from './why-address-is-refused.ts'

const ALLOW_IT = 'If it is yours and may be fetched, name it in FETCH_ALLOW_HOSTS.'

/** Decides where connections may go. Everything that leaves for an address of a user passes both of its questions. */
export class Guard {
  readonly #allowed: readonly AllowedHost[]
  readonly #dns: DnsCache

  constructor(allowed: readonly AllowedHost[], dns: DnsCache) {
    this.#allowed = allowed
    this.#dns = dns
  }

  /** The address as the WHATWG standard reads it. Throws AddressRefusedError for what needs no look at the network. */
  checkUrl(address: unknown, base?: URL): URL {
    if (typeof address !== 'string') throw refused('The address is no text.')
    const url = URL.parse(address, base?.href)
    if (!url) throw refused('The address cannot be read.', 'It is no complete web address.')
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw refused(`Addresses with ${url.protocol} are not fetched.`, 'Only http:// and https:// are.')
    }
    if (url.username !== '' || url.password !== '') {
      throw refused('The address holds a name or password.', 'They would end up in logs.', 'Send them as a header.')
    }
    if (url.hostname === '') throw refused('The address names no host.')
    this.#checkHost(url)
    return url
  }

  /** A proxy of the user's, `http://[user:password@]host:port`. Throws InvalidInputError, AddressRefusedError. */
  checkProxy(address: string): URL {
    const url = URL.parse(address)
    if (url?.protocol !== 'http:') {
      throw new InvalidInputError('The proxy cannot be used.', { fix: 'Write it as http://host:port.' })
    }
    this.checkUrl(url.origin)
    return url
  }

  /**
   * Where to connect for a checked address: its own when it is literal, else every answer of the name service. Rejects with
   * AddressRefusedError when even one of them is inside, with RemoteUnreachableError when the name has none.
   */
  async addressesOf(url: URL): Promise<readonly ResolvedAddress[]> {
    this.#checkHost(url)
    const literal = literalOf(url)
    if (literal) return [{ address: literal, family: isIP(literal) === 6 ? 6 : 4 }]
    const answers = await this.#resolve(url.hostname)
    if (isAllowedHost(this.#allowed, url)) return answers
    for (const { address } of answers) {
      const why = whyAddressIsRefused(address)
      if (why) throw refused(`${url.hostname} leads inside.`, `${why}.`, ALLOW_IT)
    }
    return answers
  }

  #checkHost(url: URL): void {
    if (isAllowedHost(this.#allowed, url)) return
    const literal = literalOf(url)
    const why = literal ? whyAddressIsRefused(literal) : whyNameIsRefused(url.hostname)
    if (why) throw refused(`${url.hostname} is not fetched.`, `${why}.`, ALLOW_IT)
    const port = portOf(url)
    if (BLOCKED_PORTS.has(port)) throw refused(`Port ${port} is not fetched.`, 'It belongs to another protocol.')
  }

  async #resolve(name: string): Promise<readonly ResolvedAddress[]> {
    try {
      return await this.#dns.resolve(name)
    } catch (cause) {
      throw new RemoteUnreachableError(`${name} is not known.`, {
        why: 'The name service gives no address for it.',
        fix: 'Check how it is written, and whether this machine resolves other names.',
        cause,
      })
    }
  }
}

/** RFC 6761 §6.3: whatever a name service says, these are this machine. */
function whyNameIsRefused(name: string): string | null {
  return /(^|\.)localhost$/.test(withoutLastDot(name)) ? `${name} is this machine` : null
}

/** The IP address an address is written with, without brackets; empty when it has a name. */
function literalOf(url: URL): string {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) === 0 ? '' : host
}

function refused(message: string, why?: string, fix?: string): AddressRefusedError {
  return new AddressRefusedError(message, { ...(why && { why }), ...(fix && { fix }) })
}
