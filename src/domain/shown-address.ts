/** An address as it may stand in logs, messages and lists: query, fragment and user often hold what gives access. */
export function shownAddress(address: string): string {
  const url = URL.parse(address)
  if (!url) return 'address'
  return url.protocol === 'data:' ? 'data:' : `${url.protocol}//${url.host}${url.pathname}`
}
