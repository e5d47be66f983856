import { fourCc } from '../iso-bmff/box-writer.ts'
import { crc32Mpeg } from './crc32-mpeg.ts'
import type { ElementaryStream } from './elementary-stream.ts'
import { PACKET_BYTES, SYNC_BYTE } from './transport-packet.ts'

const PAT_PID = 0
const PMT_PID = 0x1000
const PROGRAM = 1

/**
 * Two packets that every segment begins with: the tables that say what is on which PID (ISO/IEC 13818-1 §2.4.4).
 * One stream is one program; its PID carries the clock too. `counter` is the continuity counter of both packets.
 */
export function programTables(stream: ElementaryStream, pid: number, counter: number): Uint8Array {
  const packets = new Uint8Array(2 * PACKET_BYTES).fill(0xff)
  packets.set(tablePacket(PAT_PID, counter, section(0x00, [...u16(PROGRAM), ...u16(0xe000 | PMT_PID)])))
  const { streamType, registration } = stream
  const descriptors = registration === undefined ? [] : [0x05, registration.length, ...fourCc(registration)]
  const entry = [streamType, ...u16(0xe000 | pid), ...u16(0xf000 | descriptors.length), ...descriptors]
  packets.set(
    tablePacket(PMT_PID, counter, section(0x02, [...u16(0xe000 | pid), ...u16(0xf000), ...entry])),
    PACKET_BYTES,
  )
  return packets
}

function tablePacket(pid: number, counter: number, bytes: readonly number[]): Uint8Array {
  const START_AND_PAYLOAD = [0x4000, 0x10] as const
  const header = [SYNC_BYTE, ...u16(START_AND_PAYLOAD[0] | pid), START_AND_PAYLOAD[1] | (counter & 15)]
  const POINTER_TO_NEXT_BYTE = 0
  return Uint8Array.of(...header, POINTER_TO_NEXT_BYTE, ...bytes)
}

/** A section of version 0 that applies now (§2.4.4.11). */
function section(tableId: number, body: readonly number[]): number[] {
  const LENGTH_OF_REST = 5 + body.length + 4
  const VERSION_0_CURRENT = 0xc1
  const header = [tableId, ...u16(0xb000 | LENGTH_OF_REST), ...u16(PROGRAM), VERSION_0_CURRENT, 0, 0]
  const crc = crc32Mpeg([...header, ...body])
  return [...header, ...body, ...u16(crc >>> 16), ...u16(crc & 0xffff)]
}

function u16(value: number): [number, number] {
  return [value >> 8, value & 0xff]
}
