/**
 * The bytes of a pack, version 1: header (64 bytes) · payload · table (JSON, UTF-8) · trailer (48 bytes).
 * The header says whose pack it is, the trailer where the table lies, the table what every byte of the payload is,
 * with its SHA-256. The SHA-256 of the table therefore stands for the whole pack. Numbers are big-endian.
 */

export const PACK_HEADER_BYTES = 64
export const PACK_TRAILER_BYTES = 48
const VERSION = 1
const HEADER_MAGIC = 'TELEREEL'
const TRAILER_MAGIC = 'TRPKEND1'
const MAX_TABLE_BYTES = 16 * 1024 * 1024

export interface PackHeader {
  readonly version: number
  readonly videoId: string
  /** 0, 1, 2 … within the video. */
  readonly position: number
}

/** One run of payload bytes. A thing that lies across a pack border has one entry in each pack. */
export interface PackEntry {
  /** `segment <track> <index>`, `attachment <name>` or `manifest`. */
  readonly name: string
  readonly offset: number
  readonly length: number
  /** Hex. */
  readonly sha256: string
  /** Which run of the thing this is, from 0; the last run says so. */
  readonly part: number
  readonly last: boolean
  /** Segments only: presentation time and length in seconds; the length is on the last run. */
  readonly startSec?: number
  readonly durationSec?: number
}

export class PackFormatError extends Error {
  readonly code = 'not-a-pack'
}

export function packHeader(videoId: string, position: number): Uint8Array {
  const bytes = new Uint8Array(PACK_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  putText(bytes, 0, HEADER_MAGIC)
  view.setUint16(8, VERSION)
  view.setUint32(12, position)
  const id = new TextEncoder().encode(videoId)
  if (id.length > 32) throw new RangeError(`A video id of ${id.length} bytes does not fit into a pack header.`)
  bytes.set(id, 16)
  return bytes
}

export function readPackHeader(bytes: Uint8Array): PackHeader {
  if (bytes.length < PACK_HEADER_BYTES || textAt(bytes, 0, 8) !== HEADER_MAGIC) {
    throw new PackFormatError('These bytes do not begin with a pack header.')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint16(8)
  if (version !== VERSION) throw new PackFormatError(`Pack version ${version} is newer than this program.`)
  const id = bytes.subarray(16, 48)
  const end = id.indexOf(0)
  return {
    version,
    position: view.getUint32(12),
    videoId: new TextDecoder().decode(end < 0 ? id : id.subarray(0, end)),
  }
}

/** The table as it is stored; its SHA-256 goes into the trailer and into the catalog. */
export function packTable(entries: readonly PackEntry[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ entries }))
}

/** An upper bound for what one more entry adds to the table. */
export function tableBytesFor(entry: Pick<PackEntry, 'name'>): number {
  return 256 + 3 * entry.name.length
}

/** Bytes of a table without entries, header and trailer: what a pack costs beside its payload. */
export const PACK_FIXED_BYTES = PACK_HEADER_BYTES + PACK_TRAILER_BYTES + 16

export function packTrailer(tableBytes: number, tableSha256: string): Uint8Array {
  const bytes = new Uint8Array(PACK_TRAILER_BYTES)
  new DataView(bytes.buffer).setUint32(0, tableBytes)
  bytes.set(fromHex(tableSha256), 8)
  putText(bytes, 40, TRAILER_MAGIC)
  return bytes
}

/** Where the table lies in a pack of `packBytes`, and what it must hash to. */
export function readPackTrailer(
  trailer: Uint8Array,
  packBytes: number,
): { readonly tableOffset: number; readonly tableBytes: number; readonly tableSha256: string } {
  if (trailer.length !== PACK_TRAILER_BYTES || textAt(trailer, 40, 8) !== TRAILER_MAGIC) {
    throw new PackFormatError('These bytes do not end with a pack trailer.')
  }
  const tableBytes = new DataView(trailer.buffer, trailer.byteOffset, trailer.byteLength).getUint32(0)
  const tableOffset = packBytes - PACK_TRAILER_BYTES - tableBytes
  if (tableBytes > MAX_TABLE_BYTES || tableOffset < PACK_HEADER_BYTES) {
    throw new PackFormatError(`A table of ${tableBytes} bytes does not fit into a pack of ${packBytes}.`)
  }
  return { tableOffset, tableBytes, tableSha256: toHex(trailer.subarray(8, 40)) }
}

/** The caller has checked the table's hash. */
export function readPackTable(table: Uint8Array): readonly PackEntry[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(table))
  } catch (cause) {
    throw new PackFormatError('The table of the pack is not JSON.', { cause })
  }
  const entries = (parsed as { entries?: unknown } | null)?.entries
  if (!Array.isArray(entries) || !entries.every(isEntry)) throw new PackFormatError('The table of the pack is odd.')
  return entries
}

function isEntry(value: unknown): value is PackEntry {
  const entry = value as Partial<Record<keyof PackEntry, unknown>> | null
  return (
    typeof entry?.name === 'string' &&
    isCount(entry.offset) &&
    isCount(entry.length) &&
    isCount(entry.part) &&
    typeof entry.last === 'boolean' &&
    typeof entry.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(entry.sha256)
  )
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function putText(bytes: Uint8Array, offset: number, text: string): void {
  bytes.set(new TextEncoder().encode(text), offset)
}

function textAt(bytes: Uint8Array, offset: number, length: number): string {
  return new TextDecoder('latin1').decode(bytes.subarray(offset, offset + length))
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function fromHex(hex: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new RangeError('A SHA-256 has 64 lower-case hex digits.')
  return Uint8Array.from({ length: 32 }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16))
}
