/** The first bytes of gzip with its only method (RFC 1952 §2.3.1). MPEG-TS begins with 47, ISO BMFF with the size of a box. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08
}

/** Nothing but printable characters: every container and stream of sound that HLS knows has others among its first bytes. */
export function looksLikeText(bytes: Uint8Array): boolean {
  if (bytes.byteLength === 0) return false
  return (
    bytes.every((byte) => (byte >= 0x20 && byte !== 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d) &&
    new TextDecoder()
      .decode(bytes)
      .replace(/\uFFFD$/, '')
      .includes('\uFFFD') === false
  )
}
