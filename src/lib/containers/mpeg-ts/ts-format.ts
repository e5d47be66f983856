import { concat } from '../iso-bmff/box-writer.ts'
import type { ContainerTrack } from '../sample.ts'
import type { Fragment, SegmentFormat } from '../segmenter/segment-format.ts'
import { type ElementaryStream, elementaryStreamOf } from './elementary-stream.ts'
import { pesPackets } from './pes-packets.ts'
import { programTables } from './program-tables.ts'
import { leastPackets, mostPackets, PACKET_BYTES, type PesPacket, TransportWriter } from './transport-packet.ts'

const VIDEO_PID = 0x100
const AUDIO_PID = 0x101
/** A continuity counter has four bits (ISO/IEC 13818-1 §2.4.3.3). */
const COUNTER_PERIOD = 16

/**
 * MPEG-TS segments (ISO/IEC 13818-1) of one track each: tables at the start of a segment, then PES packets with the
 * program clock. Players want continuity counters to run on from segment to segment. They do without any memory: each
 * fragment spreads its payload over a multiple of sixteen packets, so that all begin with 0, and the tables come once
 * per index, with its number as their counter.
 * Throws `unsupported` for codecs that MPEG-TS does not get, `malformed` for pictures that contradict themselves.
 */
export const tsFormat: SegmentFormat = {
  init: () => null,
  fragment(track, fragment) {
    const stream = streamOf(fragment.sampleEntry)
    const pid = track.kind === 'video' ? VIDEO_PID : AUDIO_PID
    const tables = tablesBefore(fragment).map((counter) => programTables(stream, pid, counter))
    return [...tables, inPackets(packetsOf(track, fragment, stream), pid)]
  },
}

/** Counters of the tables: for a segment's first fragment its index, and those before that have no segment to say theirs. */
function tablesBefore({ segment, ordinal, skipped }: Fragment): number[] {
  if (ordinal > 0) return []
  const missed = Math.min(skipped, COUNTER_PERIOD - 1)
  return Array.from({ length: missed + 1 }, (_, at) => segment - missed + at)
}

const streams = new WeakMap<Uint8Array, ElementaryStream>()

function streamOf(sampleEntry: Uint8Array): ElementaryStream {
  const known = streams.get(sampleEntry)
  if (known) return known
  const stream = elementaryStreamOf(sampleEntry)
  streams.set(sampleEntry, stream)
  return stream
}

function packetsOf(track: ContainerTrack, fragment: Fragment, stream: ElementaryStream): PesPacket[] {
  const { samples, payload, offsetTicks } = fragment
  const [only] = payload
  const bytes = only && payload.length === 1 ? only : concat(payload)
  const isVideo = track.kind === 'video'
  return pesPackets(stream, { samples, bytes, timescale: track.timescale, offsetTicks, isVideo })
}

function inPackets(packets: readonly PesPacket[], pid: number): Uint8Array {
  const counts = packetCounts(packets)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const out = new Uint8Array(total * PACKET_BYTES)
  const writer = new TransportWriter(pid, out)
  for (const [index, packet] of packets.entries()) writer.write(packet, counts[index] ?? 0)
  return out
}

/**
 * Transport packets for each PES packet, together a multiple of sixteen: the last ones take more than they need.
 * Only a fragment of less than some thirty bytes cannot be spread so far.
 */
function packetCounts(packets: readonly PesPacket[]): number[] {
  const counts = packets.map(leastPackets)
  let missing = -counts.reduce((sum, count) => sum + count, 0) & (COUNTER_PERIOD - 1)
  for (let index = packets.length - 1; index >= 0 && missing > 0; index--) {
    const [packet, count] = [packets[index], counts[index]] as [PesPacket, number]
    const more = Math.min(missing, mostPackets(packet) - count)
    counts[index] = count + more
    missing -= more
  }
  return counts
}
