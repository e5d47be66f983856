/** `#EXT…`, with what follows the first colon. */
export interface TagLine {
  readonly kind: 'tag'
  /** From 1. */
  readonly line: number
  /** Without `#`: `EXTINF`, `EXT-X-KEY`. */
  readonly name: string
  /** Null when there is no colon. */
  readonly value: string | null
}

export interface UriLine {
  readonly kind: 'uri'
  readonly line: number
  readonly text: string
}

export type PlaylistLine = TagLine | UriLine

/** Tags and URIs of a playlist; comments and blank lines are left out. Lines end at LF, CR LF or CR; spaces around them do not count. */
export function* playlistLines(text: string): Generator<PlaylistLine, void, undefined> {
  let line = 0
  for (const raw of rawLines(text)) {
    line++
    const content = raw.trim()
    if (content === '') continue
    if (content.startsWith('#EXT')) yield tagLine(content, line)
    else if (!content.startsWith('#')) yield { kind: 'uri', line, text: content }
  }
}

/** `#NAME`, `#NAME:value`, and `#NAME value` as IPTV lists write their header. */
function tagLine(content: string, line: number): TagLine {
  const name = /^[^:\s]+/.exec(content)?.[0] ?? content
  const rest = content.slice(name.length).trimStart()
  const value = rest.startsWith(':') ? rest.slice(1).trimStart() : rest
  return { kind: 'tag', line, name: name.slice(1), value: rest === '' ? null : value }
}

/** Not `split`: a list of millions of lines is never held at once. */
function* rawLines(text: string): Generator<string, void, undefined> {
  const end = /\r\n|\n|\r/g
  let from = 0
  for (let match = end.exec(text); match; match = end.exec(text)) {
    yield text.slice(from, match.index)
    from = end.lastIndex
  }
  if (from < text.length) yield text.slice(from)
}
