import { createHash } from 'node:crypto'

const NEW_LINE = 0x0a
/** Hex digits of the checksum, and the space behind it. */
const PREFIX_BYTES = 17
/** No line is longer; a longer one is damage. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024

/** One line of a journal: the checksum of what follows (64 bits of its SHA-256), a space, JSON, a line feed. */
export function encodeJournalLine(value: object): Buffer {
  const json = Buffer.from(JSON.stringify(value))
  return Buffer.concat([Buffer.from(`${checksumOf(json)} `), json, Buffer.from('\n')])
}

export interface DecodedLines {
  readonly values: readonly object[]
  /** Bytes of the whole lines before the first that is damaged or has no end. */
  readonly goodBytes: number
  /** What stopped the reading: `damaged` whatever comes after, `open` when the last line may still grow. */
  readonly stopped: 'end' | 'open' | 'damaged'
}

/** Reads lines up to the first that is not exactly as it was written. */
export function decodeJournalLines(bytes: Buffer): DecodedLines {
  const values: object[] = []
  let at = 0
  while (at < bytes.length) {
    const end = bytes.indexOf(NEW_LINE, at)
    if (end < 0) return { values, goodBytes: at, stopped: bytes.length - at > MAX_LINE_BYTES ? 'damaged' : 'open' }
    const value = decodeLine(bytes.subarray(at, end))
    if (!value) return { values, goodBytes: at, stopped: 'damaged' }
    values.push(value)
    at = end + 1
  }
  return { values, goodBytes: at, stopped: 'end' }
}

function decodeLine(line: Buffer): object | null {
  const json = line.subarray(PREFIX_BYTES)
  if (line.toString('latin1', 0, PREFIX_BYTES) !== `${checksumOf(json)} `) return null
  return JSON.parse(json.toString())
}

function checksumOf(json: Uint8Array): string {
  return createHash('sha256').update(json).digest('hex').slice(0, 16)
}
