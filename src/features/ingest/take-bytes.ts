/** Splits a list of byte runs after `count` bytes; nothing is copied. */
export function takeBytes(
  pieces: readonly Uint8Array[],
  count: number,
): readonly [taken: readonly Uint8Array[], rest: readonly Uint8Array[]] {
  const taken: Uint8Array[] = []
  let left = count
  for (const [index, piece] of pieces.entries()) {
    if (piece.byteLength > left) {
      if (left > 0) taken.push(piece.subarray(0, left))
      return [taken, [piece.subarray(left), ...pieces.slice(index + 1)]]
    }
    if (piece.byteLength > 0) taken.push(piece)
    left -= piece.byteLength
  }
  return [taken, []]
}
