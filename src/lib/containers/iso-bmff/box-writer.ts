/** A box (ISO/IEC 14496-12 §4.2) around its parts. */
export function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concat([u32(8 + byteLengthOf(parts)), fourCc(type), ...parts])
}

/** A box that begins with version and flags. */
export function fullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]) {
  return box(type, u32(version * 0x100_0000 + flags), ...parts)
}

export function fourCc(type: string): Uint8Array {
  return Uint8Array.from(type, (character) => character.charCodeAt(0))
}

export function u16(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(2 * values.length)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) view.setUint16(2 * index, value)
  return bytes
}

/** Also writes negative numbers, in two's complement. */
export function u32(...values: readonly number[]): Uint8Array {
  return u32Column(values)
}

/** As `u32`, for lists of any length (a call takes only so many arguments). */
export function u32Column(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) view.setUint32(4 * index, value)
  return bytes
}

export function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

export function zeros(length: number): Uint8Array {
  return new Uint8Array(length)
}

export function byteLengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0)
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(byteLengthOf(parts))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.byteLength
  }
  return joined
}
