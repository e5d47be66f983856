import { BitReader } from '../iso-bmff/bit-reader.ts'
import type { MatroskaTrack } from './matroska-file.ts'

/**
 * How long every frame of a sound track is, in nanoseconds, from its codec data or its first frame; null when frames
 * differ or nothing tells. Matroska's ticks are too coarse to say it: a frame of 21.33 ms is now 21, now 22.
 */
export function audioFrameNs(track: MatroskaTrack, firstFrame: Uint8Array): number | null {
  const rate = track.audio?.samplingRateHz ?? 0
  const length = LENGTHS.find(([codec]) => track.codecId === codec)?.[1](track, firstFrame, rate) ?? null
  return length === null ? track.defaultDurationNs : (length.samples * 1e9) / length.rate
}

interface Length {
  readonly samples: number
  readonly rate: number
}

type LengthOf = (track: MatroskaTrack, frame: Uint8Array, rate: number) => Length | null

const LENGTHS: readonly (readonly [string, LengthOf])[] = [
  ['A_AAC', aacLength],
  ['A_AC3', ac3Length],
  ['A_EAC3', ac3Length],
  ['A_OPUS', opusLength],
  ['A_FLAC', flacLength],
  ['A_DTS', dtsLength],
  ['A_MPEG/L3', mp3Length],
]

/** ISO/IEC 14496-3 §4.4.1: GASpecificConfig.frameLengthFlag stands behind object type, rate and channels. */
function aacLength({ codecPrivate }: MatroskaTrack): Length | null {
  // The longest config that is read here has 75 bits: with these zeros no config is too short.
  const bits = new BitReader(Uint8Array.from([...(codecPrivate?.subarray(0, 16) ?? []), ...new Uint8Array(10)]))
  let type = aacType(bits)
  const rate = aacRate(bits)
  bits.bits(4)
  if (type === SBR || type === PS) {
    aacRate(bits)
    type = aacType(bits)
  }
  if (rate === 0 || !AAC_TYPES.has(type)) return null
  return { samples: bits.bits(1) === 1 ? 960 : 1024, rate }
}

function aacType(bits: BitReader): number {
  const type = bits.bits(5)
  return type === 31 ? 32 + bits.bits(6) : type
}

function aacRate(bits: BitReader): number {
  const index = bits.bits(4)
  return index === 15 ? bits.bits(24) : (AAC_RATES[index] ?? 0)
}

const SBR = 5
const PS = 29
const AAC_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350]
/** Main, LC, SSR, LTP. */
const AAC_TYPES: ReadonlySet<number> = new Set([1, 2, 3, 4])

/** ETSI TS 102 366 §4.3.1, §E.1.2.2: fscod, numblkscod and bsid. Six blocks of 256 samples; E-AC-3 may have fewer. */
function ac3Length(_: MatroskaTrack, frame: Uint8Array, rate: number): Length | null {
  const [sync0, sync1, , , fields = 0, more = 0] = frame
  if (sync0 !== 0x0b || sync1 !== 0x77) return null
  const stated = AC3_RATES[fields >> 6]
  const isEnhanced = more >> 3 > 10
  if (stated === undefined) return { samples: 1536, rate }
  return { samples: isEnhanced ? 256 * (AC3_BLOCKS[(fields >> 4) & 3] ?? 6) : 1536, rate: stated }
}

const AC3_RATES = [48_000, 44_100, 32_000]
const AC3_BLOCKS = [1, 2, 3, 6]

/** RFC 6716 §3.1: the configuration number tells the length of a frame, the code how many a packet has. */
function opusLength(_: MatroskaTrack, frame: Uint8Array): Length | null {
  const [toc, second = 0] = frame
  if (toc === undefined) return null
  const config = toc >> 3
  const silk = [480, 960, 1920, 2880][config & 3] ?? 0
  const hybrid = [480, 960][config & 1] ?? 0
  const celt = [120, 240, 480, 960][config & 3] ?? 0
  const samples = config < 12 ? silk : config < 16 ? hybrid : celt
  const frames = [1, 2, 2, second & 63][toc & 3] ?? 1
  return { samples: samples * frames, rate: 48_000 }
}

/** RFC 9639 §8.2: STREAMINFO, behind "fLaC" and its block header, begins with the least and the greatest block size. */
function flacLength({ codecPrivate }: MatroskaTrack, _: Uint8Array, rate: number): Length | null {
  const [a = 0, b = 0, c, d] = codecPrivate?.subarray(8, 12) ?? []
  const samples = a * 256 + b
  return samples > 0 && a === c && b === d ? { samples, rate } : null
}

/** ETSI TS 102 114 §5.3.1: NBLKS and SFREQ of the core, whose rate an extension may double. */
function dtsLength(_: MatroskaTrack, frame: Uint8Array): Length | null {
  const isCore = [0x7f, 0xfe, 0x80, 0x01].every((byte, index) => frame[index] === byte)
  if (!isCore) return null
  const blocks = 1 + ((((frame[4] ?? 0) & 1) << 6) | ((frame[5] ?? 0) >> 2))
  const rate = DTS_RATES[((frame[8] ?? 0) >> 2) & 15] ?? 0
  return rate === 0 ? null : { samples: 32 * blocks, rate }
}

const DTS_RATES = [0, 8000, 16000, 32000, 0, 0, 11025, 22050, 44100, 0, 0, 12000, 24000, 48000]

/** ISO/IEC 11172-3 §2.4.2.3, 13818-3: half as long at the low sampling rates of MPEG-2. */
function mp3Length(_: MatroskaTrack, __: Uint8Array, rate: number): Length | null {
  return { samples: rate >= 32_000 ? 1152 : 576, rate }
}
