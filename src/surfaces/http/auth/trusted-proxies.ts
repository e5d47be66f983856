import type { IncomingMessage } from 'node:http'
import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Which peers are TRUSTED_PROXIES: whose word about who asks is believed. */
export class TrustedProxies {
  readonly #known = new BlockList()
  readonly #isEmpty: boolean

  /** Addresses, and networks in CIDR form. */
  constructor(networks: readonly string[]) {
    this.#isEmpty = networks.length === 0
    for (const network of networks) {
      const [address = '', prefix] = network.split('/')
      const family = familyOf(address)
      if (family === null) continue
      if (prefix === undefined) this.#known.addAddress(address, family)
      else this.#known.addSubnet(address, Number(prefix), family)
    }
  }

  includes(address: string): boolean {
    const family = this.#isEmpty ? null : familyOf(address)
    return family !== null && this.#known.check(address, family)
  }

  /**
   * Whoever asked first among those whose word counts: proxies append to X-Forwarded-For, so it is read from its end as far
   * as proxies that we trust stand there. What comes before is the caller's own word.
   */
  addressOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
    let address = socket.remoteAddress ?? ''
    if (this.#isEmpty) return address
    const told = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
    for (const before of told.toReversed()) {
      if (before.trim() === '' || !this.includes(address)) break
      address = before.trim()
    }
    return address
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  if (isIPv4(address)) return 'ipv4'
  return isIPv6(address) ? 'ipv6' : null
}
