import { ContainerError } from '../container-error.ts'
import { BitReader } from '../iso-bmff/bit-reader.ts'

/**
 * Makes the headers that turn raw AAC frames into ADTS frames (ISO/IEC 13818-7 §6.2), from the AudioSpecificConfig
 * (ISO/IEC 14496-3 §1.6.2.1). SBR and PS need no mention: decoders find them in the frames.
 * Throws `unsupported` for what ADTS has no words for: other object types, odd sampling rates, frames of 960 samples,
 * channels that a program config element describes.
 */
export function adtsHeaderMaker(audioSpecificConfig: Uint8Array): (frameLength: number) => Uint8Array {
  const { objectType, frequencyIndex, channelConfiguration } = coreOf(new BitReader(audioSpecificConfig))
  const second = ((objectType - 1) << 6) | (frequencyIndex << 2) | (channelConfiguration >> 2)
  return (frameLength) => {
    const length = ADTS_HEADER_BYTES + frameLength
    if (length > MAX_ADTS_BYTES) throw new ContainerError('unrepresentable', `an AAC frame of ${frameLength} bytes`)
    const third = ((channelConfiguration & 3) << 6) | (length >> 11)
    return Uint8Array.of(0xff, MPEG_4_WITHOUT_CRC, second, third, length >> 3, ((length & 7) << 5) | 0x1f, 0xfc)
  }
}

const ADTS_HEADER_BYTES = 7
const MAX_ADTS_BYTES = 0x1fff
const MPEG_4_WITHOUT_CRC = 0xf1
const SBR = 5
const PS = 29

function coreOf(bits: BitReader) {
  const outerType = bits.bits(5)
  const frequencyIndex = bits.bits(4)
  const channelConfiguration = bits.bits(4)
  if (frequencyIndex > 12) throw unsupported('sampling rate')
  const objectType = outerType === SBR || outerType === PS ? innerType(bits) : outerType
  if (objectType < 1 || objectType > 4) throw unsupported(`object type ${objectType}`)
  const hasShortFrames = bits.bits(1) === 1
  if (hasShortFrames) throw unsupported('frame length')
  if (channelConfiguration === 0 || channelConfiguration > 7) throw unsupported('channel layout')
  return { objectType, frequencyIndex, channelConfiguration }
}

/** Behind the sampling rate of the extension. */
function innerType(bits: BitReader): number {
  if (bits.bits(4) === 15) bits.bits(24)
  return bits.bits(5)
}

function unsupported(what: string): ContainerError {
  return new ContainerError('unsupported', `ADTS cannot carry AAC of this ${what}`)
}
