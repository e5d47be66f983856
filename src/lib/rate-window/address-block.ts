/**
 * Whom an address stands for when calls are counted: an IPv4 address itself, of an IPv6 address its /64, for a household
 * has at least that (RFC 6177 §2). IPv4 in IPv6 (`::ffff:192.0.2.1`) is IPv4. What is no address stands for itself.
 */
export function addressBlock(address: string): string {
  const bare = address.replace(/%.*$/, '')
  if (!bare.includes(':')) return bare
  const canonical = URL.parse(`http://[${bare}]/`)?.hostname.slice(1, -1)
  if (canonical === undefined) return bare
  const groups = groupsOf(canonical)
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') return dotted(groups.slice(6))
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** All eight groups of an address in its canonical form (RFC 5952), without leading zeros. */
function groupsOf(canonical: string): string[] {
  const [head = '', tail] = canonical.split('::')
  const before = head.split(':').filter(Boolean)
  const after = tail?.split(':').filter(Boolean) ?? []
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
}

function dotted(groups: readonly string[]): string {
  const words = groups.map((group) => Number.parseInt(group, 16))
  return words.flatMap((word) => [word >> 8, word & 255]).join('.')
}
