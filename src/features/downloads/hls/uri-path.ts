/** The path of an absolute address, without host and query: what stays when tokens and hosts change. Fast: no URL is parsed. */
export function uriPath(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  if (start === -1) return '/'
  const rest = url.slice(start)
  const end = rest.search(/[?#]/)
  return end === -1 ? rest : rest.slice(0, end)
}
