import { BitReader } from './bit-reader.ts'

/** AudioSpecificConfig of MPEG-4 audio (ISO/IEC 14496-3 §1.6.2.1). */
export interface AudioSpecificConfig {
  /** 2 AAC-LC, 5 HE-AAC (SBR), 29 HE-AAC v2 (SBR and PS), 42 xHE-AAC; counts explicit signalling of either kind. */
  readonly objectType: number
  /** After SBR where it is signalled. */
  readonly sampleRate: number
  /** After PS where it is signalled; 0 when the config does not say. */
  readonly channels: number
}

const SBR = 5
const PS = 29
const SAMPLE_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350]
/** By channelConfiguration (table 1.19). */
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8]

export function readAudioSpecificConfig(bytes: Uint8Array): AudioSpecificConfig {
  const bits = new BitReader(bytes)
  const outerType = audioObjectType(bits)
  const rate = samplingFrequency(bits)
  const configuration = bits.bits(4)
  if (outerType === SBR || outerType === PS) {
    const sampleRate = samplingFrequency(bits)
    const channels = CHANNELS[configuration] ?? 0
    return { objectType: outerType, sampleRate, channels: outerType === PS ? 2 : channels }
  }
  const channels = configuration === 0 ? channelsOfProgram(bits) : (CHANNELS[configuration] ?? 0)
  return extended({ objectType: outerType, sampleRate: rate, channels }, bits)
}

/** Backward compatible signalling: SBR and PS are named behind the plain AAC config (§1.6.5). */
function extended(plain: AudioSpecificConfig, bits: BitReader): AudioSpecificConfig {
  if (plain.objectType !== 2) return plain
  while (bits.left > 16 && bits.peek(11) !== 0x2b7) bits.bits(1)
  if (bits.left <= 16) return plain
  bits.bits(11)
  if (audioObjectType(bits) !== SBR || bits.left < 5 || bits.bits(1) === 0) return plain
  const sampleRate = samplingFrequency(bits)
  const stereoFromMono = bits.left >= 12 && bits.bits(11) === 0x548 && bits.bits(1) === 1
  return stereoFromMono ? { objectType: PS, sampleRate, channels: 2 } : { ...plain, objectType: SBR, sampleRate }
}

function audioObjectType(bits: BitReader): number {
  const type = bits.bits(5)
  return type === 31 ? 32 + bits.bits(6) : type
}

function samplingFrequency(bits: BitReader): number {
  const index = bits.bits(4)
  return index === 15 ? bits.bits(24) : (SAMPLE_RATES[index] ?? 0)
}

/** Channel configuration 0: a program_config_element counts the channels (§4.4.1.1). */
function channelsOfProgram(bits: BitReader): number {
  const MIN_PROGRAM_BITS = 40
  if (bits.left < MIN_PROGRAM_BITS) return 0
  bits.bits(1)
  if (bits.bits(1) === 1) bits.bits(14)
  bits.bits(1 + 4 + 2 + 4)
  const elements = bits.bits(4) + bits.bits(4) + bits.bits(4)
  const lowFrequency = bits.bits(2)
  bits.bits(3 + 4)
  for (const mixdownBits of [4, 4, 3]) {
    if (bits.bits(1) === 1) bits.bits(mixdownBits)
  }
  let channels = lowFrequency
  for (let element = 0; element < elements; element++) channels += 1 + (bits.bits(5) >> 4)
  return channels
}
