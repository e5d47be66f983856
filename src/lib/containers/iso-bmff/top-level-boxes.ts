import { ContainerError } from '../container-error.ts'
import type { RandomAccess } from '../random-access.ts'
import { MAX_BOX_HEADER_BYTES, printable, readBoxHeader } from './box-reader.ts'

/** A box on the file's top level, in bytes from the file's beginning. */
export interface TopLevelBox {
  readonly type: string
  readonly start: number
  readonly bodyStart: number
  readonly end: number
}

/** What an MP4 or MOV file begins with; anything else is another format. */
const FIRST = new Set(['ftyp', 'styp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid', 'sidx', 'moof', 'junk'])

/** Walks the boxes from header to header, without reading what is inside. A box longer than the file ends with it. */
export async function* topLevelBoxes(file: RandomAccess): AsyncGenerator<TopLevelBox> {
  let start = 0
  while (start < file.size) {
    const header = readBoxHeader(await file.read(start, MAX_BOX_HEADER_BYTES))
    if (header === null) break
    if (start === 0 && !FIRST.has(header.type)) {
      throw new ContainerError('not-this-container', `the file begins with "${printable(header.type)}"`)
    }
    const end = header.length === 0 ? file.size : Math.min(file.size, start + header.length)
    yield { type: header.type, start, bodyStart: start + header.headerLength, end }
    start = end
  }
}

/** A `moof` and the headers around it fit in as a rule, so that a fragment costs one read. */
const LOOKAHEAD_BYTES = 4096

/** Reads a little more than is asked for and answers from that while it can. */
export function withLookahead(file: RandomAccess): RandomAccess {
  let ahead: { start: number; bytes: Uint8Array } = { start: 0, bytes: new Uint8Array(0) }
  return {
    size: file.size,
    async read(offset, length) {
      const at = offset - ahead.start
      if (at < 0 || at + length > ahead.bytes.byteLength) {
        ahead = { start: offset, bytes: await file.read(offset, Math.max(length, LOOKAHEAD_BYTES)) }
        return ahead.bytes.subarray(0, length)
      }
      return ahead.bytes.subarray(at, at + length)
    },
  }
}

/** Throws `truncated` when the file is shorter than it said. */
export async function readBody(file: RandomAccess, { bodyStart, end }: TopLevelBox): Promise<Uint8Array> {
  return readExactly(file, bodyStart, end - bodyStart)
}

export async function readExactly(
  file: RandomAccess,
  offset: number,
  length: number,
  into?: Uint8Array,
): Promise<Uint8Array> {
  const bytes = await file.read(offset, length, into)
  if (bytes.byteLength < length) throw new ContainerError('truncated', 'the file ends too early')
  return bytes
}
