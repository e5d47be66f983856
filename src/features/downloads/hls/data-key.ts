/** A key of AES-128 that stands in the playlist itself (`data:`, RFC 2397): its 16 bytes; null when it is none. */
export function dataKey(url: string): Uint8Array | null {
  const match = /^data:([^,]*),(.*)$/is.exec(url)
  // 16 bytes are never longer, however they are written.
  if (!match || url.length > 1000) return null
  const [, about = '', content = ''] = match
  try {
    const text = percentDecoded(content)
    const bytes = /;\s*base64\s*$/i.test(about) ? latin1(atob(latin1Text(text))) : text
    return bytes.length === 16 ? bytes : null
  } catch {
    return null
  }
}

/** Bytes, not characters: `%ff` is one byte. */
function percentDecoded(text: string): Uint8Array {
  const bytes: number[] = []
  for (let at = 0; at < text.length; at++) {
    const escaped = text[at] === '%' ? /^[0-9a-f]{2}$/i.test(text.slice(at + 1, at + 3)) : false
    const code = escaped ? Number.parseInt(text.slice(at + 1, at + 3), 16) : text.charCodeAt(at)
    if (code > 255) throw new RangeError('no byte')
    bytes.push(code)
    if (escaped) at += 2
  }
  return Uint8Array.from(bytes)
}

function latin1Text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
