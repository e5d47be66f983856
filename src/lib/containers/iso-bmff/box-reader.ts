import { ContainerError } from '../container-error.ts'
import { ByteReader, latin1 } from './byte-reader.ts'

/** A box (ISO/IEC 14496-12 §4.2) inside bytes that are in memory. */
export interface Box {
  readonly type: string
  /** Where its header begins, counted from the first byte of what was parsed. */
  readonly start: number
  /** Header and body. */
  readonly whole: Uint8Array
  readonly body: Uint8Array
}

/** Version and flags of a "full box" and a reader behind them. */
export interface FullBox {
  readonly version: number
  readonly flags: number
  readonly fields: ByteReader
}

export interface BoxHeader {
  readonly type: string
  readonly headerLength: number
  /** Of header and body; 0 says "to the end of the file". */
  readonly length: number
}

/** A box header needs at most this many bytes (32-bit size, type, 64-bit size). */
export const MAX_BOX_HEADER_BYTES = 16

/** The header at the beginning of `bytes`, or null while bytes are missing. */
export function readBoxHeader(bytes: Uint8Array): BoxHeader | null {
  if (bytes.byteLength < 8) return null
  const reader = new ByteReader(bytes)
  const size = reader.u32()
  const type = reader.fourCc()
  if (size !== 1) return checked({ type, headerLength: 8, length: size })
  if (reader.left < 8) return null
  return checked({ type, headerLength: 16, length: reader.u64() })
}

function checked(header: BoxHeader): BoxHeader {
  const tooShort = header.length < header.headerLength && (header.length !== 0 || header.headerLength === 16)
  if (tooShort) throw new ContainerError('malformed', `box ${printable(header.type)} is shorter than its own header`)
  return header
}

/**
 * The boxes that fill `bytes`. Fewer than eight bytes at the end are ignored (QuickTime ends some lists with a zero);
 * a box that is longer than what holds it is `truncated`.
 */
export function boxesIn(bytes: Uint8Array): Box[] {
  const boxes: Box[] = []
  let start = 0
  for (;;) {
    const header = readBoxHeader(bytes.subarray(start, start + MAX_BOX_HEADER_BYTES))
    if (header === null) return boxes
    const end = header.length === 0 ? bytes.byteLength : start + header.length
    if (end > bytes.byteLength) {
      throw new ContainerError('truncated', `box ${printable(header.type)} is longer than the box around it`)
    }
    const whole = bytes.subarray(start, end)
    boxes.push({ type: header.type, start, whole, body: whole.subarray(header.headerLength) })
    start = end
  }
}

export function findBox(boxes: readonly Box[], type: string): Box | undefined {
  return boxes.find((box) => box.type === type)
}

/** The box at the end of a path of containers, or undefined when a step is missing. */
export function boxAt(boxes: readonly Box[], ...path: readonly string[]): Box | undefined {
  const [first, ...rest] = path
  const box = first === undefined ? undefined : findBox(boxes, first)
  return box === undefined || rest.length === 0 ? box : boxAt(boxesIn(box.body), ...rest)
}

export function requireBox(boxes: readonly Box[], ...path: readonly string[]): Box {
  const box = boxAt(boxes, ...path)
  if (box === undefined) throw new ContainerError('malformed', `box ${path.join('/')} is missing`)
  return box
}

export function openFullBox(box: Box): FullBox {
  const fields = new ByteReader(box.body)
  return { version: fields.u8(), flags: fields.u24(), fields }
}

/** A box type as it may be shown in a message. */
export function printable(type: string): string {
  return type.replace(/[^ -~]/g, '?')
}

export function typeOf(bytes: Uint8Array): string {
  return latin1(bytes.subarray(4, 8))
}
