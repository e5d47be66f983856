/** Lines of a text, ended by LF, CR LF or CR, without a byte order mark. Not `split`: millions of lines are never held at once. */
export function* textLines(text: string): Generator<string, void, undefined> {
  const end = /\r\n|\n|\r/g
  let from = text.startsWith('\ufeff') ? 1 : 0
  for (let match = end.exec(text); match; match = end.exec(text)) {
    yield text.slice(from, match.index)
    from = end.lastIndex
  }
  if (from < text.length) yield text.slice(from)
}
