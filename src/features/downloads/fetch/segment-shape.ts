import { readBoxHeader } from '#lib/containers/iso-bmff/box-reader.ts'

const TS_PACKET_BYTES = 188
const TS_SYNC = 0x47
/** What a segment or an init section of fragmented MP4 begins with (ISO/IEC 23000-19 §7.3). */
const FIRST_BOXES: ReadonlySet<string> = new Set(['ftyp', 'styp', 'moov', 'moof', 'sidx', 'emsg', 'prft'])
/** A box with a long size is told by 16 bytes; that there are two packets by one more than the first has. */
const BOX_HEADER_BYTES = 16
const TELLING_BYTES = TS_PACKET_BYTES + 1

/**
 * Sees whether media ends where a packet or a box of it ends. A server that announces too short a length sends what looks
 * whole by its number of bytes, and is not. Media of other kinds is not judged.
 */
export class SegmentShape {
  #state: 'unknown' | 'packets' | 'boxes' | 'other' = 'unknown'
  #head: Uint8Array = new Uint8Array(0)
  #byteLength = 0
  /** Of the box that the bytes are in; what lies between two boxes is in `#head`. */
  #leftInBox = 0

  /** The next bytes; they are not kept. */
  add(bytes: Uint8Array): void {
    this.#byteLength += bytes.byteLength
    if (this.#state === 'boxes') this.#walk(bytes)
    if (this.#state !== 'unknown') return
    const head = joined(this.#head, bytes.subarray(0, TELLING_BYTES - this.#head.byteLength))
    const rest = bytes.subarray(head.byteLength - this.#head.byteLength)
    this.#head = head
    if (head.byteLength === TELLING_BYTES) this.#decide(rest)
  }

  /** In which way it is torn, that was all; null when nothing is wrong with its end. */
  end(): string | null {
    if (this.#state === 'unknown') this.#decide(new Uint8Array(0))
    if (this.#state === 'packets') {
      const more = this.#byteLength % TS_PACKET_BYTES
      return more === 0 ? null : `Its last packet has ${more} of ${TS_PACKET_BYTES} bytes.`
    }
    if (this.#state !== 'boxes') return null
    if (this.#leftInBox > 0) return `Its last box lacks ${this.#leftInBox} bytes.`
    return this.#head.byteLength === 0 ? null : 'It ends within the head of a box.'
  }

  #decide(rest: Uint8Array): void {
    const head = this.#head
    this.#head = new Uint8Array(0)
    const isPacket = head[0] === TS_SYNC && (head.byteLength < TELLING_BYTES || head[TS_PACKET_BYTES] === TS_SYNC)
    this.#state = isPacket ? 'packets' : FIRST_BOXES.has(typeOf(head)) ? 'boxes' : 'other'
    if (this.#state !== 'boxes') return
    this.#walk(head)
    this.#walk(rest)
  }

  #walk(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.byteLength && this.#state === 'boxes') {
      const inBox = Math.min(this.#leftInBox, bytes.byteLength - at)
      this.#leftInBox -= inBox
      at += inBox
      if (at < bytes.byteLength) at += this.#readHeader(bytes.subarray(at))
    }
  }

  /** How many of the bytes belong to the head of the next box, or lead to it. */
  #readHeader(bytes: Uint8Array): number {
    const before = this.#head.byteLength
    const head = joined(this.#head, bytes.subarray(0, BOX_HEADER_BYTES - before))
    const header = headerIn(head)
    if (header === null) {
      this.#head = head
      return head.byteLength - before
    }
    this.#head = new Uint8Array(0)
    // To the end of the file, or no box at all: nothing can be said.
    if (header === 'none' || header.length === 0) {
      this.#state = 'other'
      return bytes.byteLength
    }
    this.#leftInBox = header.length - header.headerLength
    return header.headerLength - before
  }
}

function headerIn(head: Uint8Array): ReturnType<typeof readBoxHeader> | 'none' {
  if (head.byteLength >= 8 && !/^[\x20-\x7e]{4}$/.test(typeOf(head))) return 'none'
  try {
    return readBoxHeader(head)
  } catch {
    return 'none'
  }
}

function typeOf(head: Uint8Array): string {
  return String.fromCharCode(...head.subarray(4, 8))
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.byteLength + b.byteLength)
  all.set(a)
  all.set(b, a.byteLength)
  return all
}
