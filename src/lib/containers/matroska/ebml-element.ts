import { ContainerError } from '../container-error.ts'

/** Size of an element whose writer did not know it (RFC 8794 §6.2): it ends where its parent's next element begins. */
export const UNKNOWN_SIZE = Number.POSITIVE_INFINITY

/** An element header needs at most this many bytes: four of ID, eight of size (RFC 8794 §5, §6; Matroska's defaults). */
export const MAX_ELEMENT_HEADER_BYTES = 12

export interface ElementHeader {
  /** With its marker bit, as the standards print it: 0x1A45DFA3. */
  readonly id: number
  readonly headerLength: number
  /** Bytes of the body, or UNKNOWN_SIZE. */
  readonly size: number
}

/** An element whose body is in memory. */
export interface Element {
  readonly id: number
  readonly body: Uint8Array
}

/** A variable-size integer (RFC 8794 §4): its value without the marker, and how many bytes it took. */
export interface Vint {
  readonly value: number
  readonly length: number
  /** All value bits are one: "unknown" for sizes. */
  readonly allOnes: boolean
}

/**
 * The variable-size integer at `at`, or null while bytes are missing. Throws `malformed` for more than eight bytes and
 * for values beyond 2^53.
 */
export function readVint(bytes: Uint8Array, at: number): Vint | null {
  const first = bytes[at]
  if (first === undefined) return null
  const length = Math.clz32(first) - 23
  if (length > 8) throw malformed('a number of more than eight bytes')
  if (at + length > bytes.byteLength) return null
  const mask = 0xff >> length
  let value = first & mask
  let allOnes = value === mask
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index] ?? 0
    value = value * 256 + byte
    allOnes &&= byte === 0xff
  }
  if (!allOnes && !Number.isSafeInteger(value)) throw malformed('a number beyond any real size')
  return { value, length, allOnes }
}

/** The element header at `at`, or null while bytes are missing. Throws `malformed` where no ID can begin. */
export function readElementHeader(bytes: Uint8Array, at: number): ElementHeader | null {
  const first = bytes[at]
  if (first === undefined) return null
  const idLength = Math.clz32(first) - 23
  if (idLength > 4) throw malformed(`no element can begin with byte ${first}`)
  if (at + idLength > bytes.byteLength) return null
  let id = 0
  for (let index = 0; index < idLength; index++) id = id * 256 + (bytes[at + index] ?? 0)
  const size = readVint(bytes, at + idLength)
  if (size === null) return null
  return { id, headerLength: idLength + size.length, size: size.allOnes ? UNKNOWN_SIZE : size.value }
}

/** More children than the Cues of any film; a wall against files that are made to fill the memory. */
const MAX_CHILDREN = 500_000

/**
 * The elements that fill `bytes`, the body of a master element. Throws `truncated` for one that is longer than the rest,
 * `too-large` for more than half a million.
 */
export function elementsIn(bytes: Uint8Array): Element[] {
  const elements: Element[] = []
  eachElementIn(bytes, 0, bytes.byteLength, (id, start, end) => elements.push({ id, body: bytes.subarray(start, end) }))
  return elements
}

/** `elementsIn` of a part of `bytes`: tells where the body of each begins and ends. For lists of thousands. */
export function eachElementIn(
  bytes: Uint8Array,
  start: number,
  end: number,
  tell: (id: number, bodyStart: number, bodyEnd: number) => void,
): void {
  let count = 0
  for (let at = start; at < end; count++) {
    const header = readElementHeader(bytes, at)
    const bodyStart = at + (header?.headerLength ?? Number.NaN)
    const bodyEnd = bodyStart + (header?.size ?? Number.NaN)
    if (header === null || !(bodyEnd <= end)) {
      throw new ContainerError('truncated', 'an element is longer than the one around it')
    }
    if (count === MAX_CHILDREN) throw new ContainerError('too-large', 'Matroska: too many elements in one')
    tell(header.id, bodyStart, bodyEnd)
    at = bodyEnd
  }
}

/** An unsigned integer of up to eight bytes (RFC 8794 §7.2); an empty one is 0. Throws `malformed` beyond 2^53. */
export function uintOf(body: Uint8Array): number {
  return uintIn(body, 0, body.byteLength)
}

/** `uintOf` of a part of `bytes`. */
export function uintIn(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 8) throw malformed('an integer of more than eight bytes')
  let value = 0
  for (let at = start; at < end; at++) value = value * 256 + (bytes[at] ?? 0)
  if (!Number.isSafeInteger(value)) throw malformed('an integer beyond any real value')
  return value
}

/** A big unsigned integer as decimal text: for identifiers, which use all 64 bits. */
export function bigUintOf(body: Uint8Array): string {
  if (body.byteLength > 8) throw malformed('an integer of more than eight bytes')
  return body.reduce((value, byte) => value * 256n + BigInt(byte), 0n).toString()
}

/** A signed integer of up to eight bytes (RFC 8794 §7.1). */
export function sintOf(body: Uint8Array): number {
  if (body.byteLength > 8) throw malformed('an integer of more than eight bytes')
  const value = body.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  return Number(BigInt.asIntN(8 * body.byteLength, value))
}

/** A float of zero, four or eight bytes (RFC 8794 §7.3). */
export function floatOf(body: Uint8Array): number {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  if (body.byteLength === 4) return view.getFloat32(0)
  if (body.byteLength === 8) return view.getFloat64(0)
  if (body.byteLength === 0) return 0
  throw malformed(`a float of ${body.byteLength} bytes`)
}

/** A string, which a zero byte may end early (RFC 8794 §7.4, §7.5). */
export function textOf(body: Uint8Array): string {
  const end = body.indexOf(0)
  return new TextDecoder().decode(end < 0 ? body : body.subarray(0, end))
}

function malformed(what: string): ContainerError {
  return new ContainerError('malformed', `Matroska: ${what}`)
}
