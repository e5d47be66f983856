import type { Sample } from '../sample.ts'
import type { ElementaryStream } from './elementary-stream.ts'
import type { PesPacket } from './transport-packet.ts'

const CLOCK_HZ = 90_000
/** Time stamps have 33 bits and go round after 26.5 hours. */
const CLOCK_PERIOD = 2 ** 33
/** How long a picture may lie in the decoder's buffer before it is due; less than the second that the standard allows. */
const CLOCK_LEAD_TICKS = 45_000
/** Short audio frames share a PES packet; the clock, told once in each, must come every 100 ms (§2.7.2). */
const MAX_SHARED_SEC = 0.09

/** Samples with their bytes, cut into PES packets: a picture each, sound some frames each. Times are media time. */
export function pesPackets(
  stream: ElementaryStream,
  { samples, bytes, timescale, offsetTicks, isVideo }: PesSource,
): PesPacket[] {
  const packets: PesPacket[] = []
  let at = 0
  for (const group of isVideo ? samples.map((sample) => [sample]) : sharing(samples, timescale)) {
    const [first] = group as [Sample, ...Sample[]]
    const body = group.flatMap((sample) => {
      const start = at
      at += sample.size
      return stream.parts(bytes.subarray(start, at), sample.sync)
    })
    const toClock = (ticks: number) => Math.round(((ticks + offsetTicks) * CLOCK_HZ) / timescale)
    const [dts, pts] = [toClock(first.dts), toClock(first.pts)]
    const bodyLength = body.reduce((sum, part) => sum + part.byteLength, 0)
    const header = pesHeader(stream.streamId, { dts, pts, bodyLength })
    const byteLength = header.byteLength + bodyLength
    packets.push({ header, body, byteLength, clock: wrapped(dts - CLOCK_LEAD_TICKS), randomAccess: first.sync })
  }
  return packets
}

export interface PesSource {
  readonly samples: readonly Sample[]
  /** Of all samples, one after another. */
  readonly bytes: Uint8Array
  readonly timescale: number
  /** From container time to media time. */
  readonly offsetTicks: number
  readonly isVideo: boolean
}

function sharing(samples: readonly Sample[], timescale: number): Sample[][] {
  const groups: Sample[][] = []
  for (const sample of samples) {
    const group = groups.at(-1)
    const fits = group?.[0] && sample.dts + sample.duration - group[0].dts <= MAX_SHARED_SEC * timescale
    if (fits) group.push(sample)
    else groups.push([sample])
  }
  return groups
}

/** ISO/IEC 13818-1 §2.4.3.6. A length that 16 bits cannot hold is told as 0, which is allowed for pictures. */
function pesHeader(streamId: number, { dts, pts, bodyLength }: { dts: number; pts: number; bodyLength: number }) {
  const ALIGNED = 0x84
  const stamps = dts === pts ? stamp(2, pts) : [...stamp(3, pts), ...stamp(1, dts)]
  const told = 3 + stamps.length + bodyLength
  const length = told > 0xffff ? 0 : told
  const flags = dts === pts ? 0x80 : 0xc0
  return Uint8Array.of(0, 0, 1, streamId, length >> 8, length & 0xff, ALIGNED, flags, stamps.length, ...stamps)
}

/** Four bits of prefix, then 33 bits of time with a marker behind 3, 15 and 15 of them. */
function stamp(prefix: number, ticks: number): number[] {
  const time = wrapped(ticks)
  const [high, middle, low] = [Math.floor(time / 2 ** 30), (time >>> 15) & 0x7fff, time & 0x7fff]
  return [(prefix << 4) | (high << 1) | 1, middle >> 7, ((middle << 1) & 0xff) | 1, low >> 7, ((low << 1) & 0xff) | 1]
}

function wrapped(ticks: number): number {
  return ((ticks % CLOCK_PERIOD) + CLOCK_PERIOD) % CLOCK_PERIOD
}
