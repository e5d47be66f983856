/** `Content-Range` of a 206 (RFC 9110 §14.4); positions are inclusive. */
export function contentRange(first: number, last: number, byteLength: number): string {
  return `bytes ${first}-${last}/${byteLength}`
}

/** `Content-Range` of a 416: how long the representation is. */
export function unsatisfiedContentRange(byteLength: number): string {
  return `bytes */${byteLength}`
}
