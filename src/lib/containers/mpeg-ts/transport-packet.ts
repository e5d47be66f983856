/** Every packet has this many bytes (ISO/IEC 13818-1 §2.4.3.2). */
export const PACKET_BYTES = 188
export const SYNC_BYTE = 0x47
const HEADER_BYTES = 4
const ROOM_BYTES = PACKET_BYTES - HEADER_BYTES

/** A PES packet (§2.4.3.6) and what the adaptation field of its first transport packet says. */
export interface PesPacket {
  readonly header: Uint8Array
  readonly body: readonly Uint8Array[]
  readonly byteLength: number
  /** Program clock at its first byte, in ticks of 90 kHz, less than 2^33. */
  readonly clock: number
  /** A decoder can start here. */
  readonly randomAccess: boolean
}

/** Length byte, flags and clock. */
const FIRST_FIELD_BYTES = 8

/** The fewest transport packets that hold a PES packet. */
export function leastPackets({ byteLength }: PesPacket): number {
  return Math.ceil((FIRST_FIELD_BYTES + byteLength) / ROOM_BYTES)
}

/** The most: the PES header stays whole, every packet carries at least one byte. */
export function mostPackets(pes: PesPacket): number {
  return Math.max(leastPackets(pes), pes.byteLength - pes.header.byteLength)
}

/** Writes transport packets of one PID one after another; its continuity counter begins at 0. */
export class TransportWriter {
  readonly #pid: number
  readonly #out: Uint8Array
  #at = 0
  #counter = 0

  constructor(pid: number, out: Uint8Array) {
    this.#pid = pid
    this.#out = out
  }

  /** Spreads a PES packet over `count` transport packets; where there are more than needed, the last carry one byte. */
  write(pes: PesPacket, count: number): void {
    const source = new PartReader([pes.header, ...pes.body])
    let left = pes.byteLength
    for (let later = count - 1; later >= 0; later--) {
      const isFirst = later === count - 1
      const fixed = isFirst ? FIRST_FIELD_BYTES : 0
      const length = Math.min(ROOM_BYTES - fixed, left - later)
      this.#writeHeader(isFirst, ROOM_BYTES - length)
      if (isFirst) this.#writeClock(pes)
      const end = this.#at + PACKET_BYTES
      source.copy(this.#out, end - length, length)
      this.#at = end
      left -= length
    }
  }

  #writeHeader(isFirst: boolean, fieldBytes: number): void {
    const [out, at] = [this.#out, this.#at]
    out[at] = SYNC_BYTE
    out[at + 1] = (isFirst ? 0x40 : 0) | (this.#pid >> 8)
    out[at + 2] = this.#pid & 0xff
    out[at + 3] = (fieldBytes > 0 ? 0x30 : 0x10) | this.#counter
    this.#counter = (this.#counter + 1) & 15
    if (fieldBytes === 0) return
    out[at + 4] = fieldBytes - 1
    if (fieldBytes === 1) return
    out[at + 5] = 0
    out.fill(0xff, at + 6, at + 4 + fieldBytes)
  }

  /** Flags and `program_clock_reference` (§2.4.3.5), whose last 15 bits are 6 reserved ones and 9 of 27 MHz, here 0. */
  #writeClock({ clock, randomAccess }: PesPacket): void {
    const [out, at] = [this.#out, this.#at + 5]
    out[at] = randomAccess ? 0x50 : 0x10
    const high = Math.floor(clock / 2)
    out[at + 1] = high >>> 24
    out[at + 2] = high >>> 16
    out[at + 3] = high >>> 8
    out[at + 4] = high
    out[at + 5] = ((clock & 1) << 7) | 0x7e
    out[at + 6] = 0
  }
}

/** Copies from parts as if they were one piece. */
class PartReader {
  readonly #parts: readonly Uint8Array[]
  #part = 0
  #offset = 0

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts
  }

  copy(into: Uint8Array, at: number, length: number): void {
    for (let done = 0; done < length; ) {
      const part = this.#parts[this.#part] as Uint8Array
      const bytes = part.subarray(this.#offset, this.#offset + length - done)
      into.set(bytes, at + done)
      done += bytes.byteLength
      this.#offset += bytes.byteLength
      if (this.#offset === part.byteLength) {
        this.#part++
        this.#offset = 0
      }
    }
  }
}
