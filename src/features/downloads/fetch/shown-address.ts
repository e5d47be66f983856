/** An address as it may stand in logs and messages: query and fragment often hold what gives access. */
export function shownAddress(url: string): string {
  if (url.startsWith('data:')) return 'data:'
  return url.replace(/[?#].*$/s, '').replace(/^(\w+:\/\/)[^/@]*@/, '$1')
}
