import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** All of the public internet that speaks IPv6 (RFC 4291 §2.4, IANA: Global Unicast). What stands outside is not routed. */
const GLOBAL_IPV6: readonly [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3]
/** Translators turn such an address into the IPv4 address in its last 32 bits (RFC 6052 §2.1). */
const NAT64: readonly [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('64:ff9b::'), 96]

const IN_WORDS: Readonly<Record<string, string>> = {
  unspecified: 'stands for this machine',
  loopback: 'is this machine',
  private: 'is in a private network',
  uniqueLocal: 'is in a private network',
  deprecatedSiteLocal: 'is in a private network',
  linkLocal: 'is in this network segment only',
  carrierGradeNat: "is inside a provider's network",
  multicast: 'is a group of machines',
  broadcast: 'is all machines at once',
  '6to4': 'is a tunnel to another address',
  teredo: 'is a tunnel to another address',
}

/**
 * Why an IP address (as text, IPv6 without brackets) must not be connected to; null when it is a public one. Addresses that
 * only wrap an IPv4 address (mapped, NAT64) are judged by that; other wrappings are refused.
 */
export function whyAddressIsRefused(address: string): string | null {
  if (isIP(address) === 0 || address.includes('%')) return `${address} is not an IP address`
  const parsed = ipaddr.parse(address)
  const why = parsed instanceof ipaddr.IPv6 ? whyIpv6(parsed) : whyIpv4(parsed)
  return why && `${address} ${why}`
}

function whyIpv4(address: ipaddr.IPv4): string | null {
  const range = address.range()
  return range === 'unicast' ? null : inWords(range)
}

function whyIpv6(address: ipaddr.IPv6): string | null {
  if (address.isIPv4MappedAddress()) return whyIpv4(address.toIPv4Address())
  if (address.match(...NAT64)) return whyIpv4(new ipaddr.IPv4(address.toByteArray().slice(-4)))
  const range = address.range()
  if (range !== 'unicast') return inWords(range)
  return address.match(...GLOBAL_IPV6) ? null : inWords('reserved')
}

function inWords(range: string): string {
  return IN_WORDS[range] ?? 'is in a range with a special purpose'
}
