import { type Box, findBox } from './box-reader.ts'
import { ByteReader } from './byte-reader.ts'
import { readAudioSpecificConfig } from './audio-specific-config.ts'
import { readElementaryStreamDescriptor } from './elementary-stream-descriptor.ts'
import { readAudioSampleEntry } from './sample-entry.ts'

export interface AudioConfig {
  readonly sampleRate: number
  readonly channels: number
}

/**
 * What a decoder will put out, from the codec's own configuration; the fixed fields of the sample entry, which many
 * writers leave at two channels, only where the codec has none (DTS, MPEG audio).
 */
export function audioConfigOf(sampleEntry: Uint8Array): AudioConfig {
  const entry = readAudioSampleEntry(sampleEntry)
  const said = { sampleRate: entry.sampleRate, channels: entry.channels }
  for (const [type, read] of CONFIGS) {
    const config = findBox(entry.boxes, type)
    if (config === undefined) continue
    const { sampleRate, channels } = read(config)
    return { sampleRate: sampleRate || said.sampleRate, channels: channels || said.channels }
  }
  return said
}

type ReadConfig = (config: Box) => AudioConfig

const CONFIGS: readonly (readonly [string, ReadConfig])[] = [
  ['esds', mpeg4],
  ['dac3', ac3],
  ['dec3', eac3],
  ['dOps', opus],
  ['dfLa', flac],
  ['alac', alac],
]

const UNSAID = { sampleRate: 0, channels: 0 }
const MPEG4_AUDIO = 0x40

function mpeg4({ body }: Box): AudioConfig {
  const descriptor = readElementaryStreamDescriptor(body)
  const isAac = descriptor?.objectType === MPEG4_AUDIO && descriptor.decoderConfig.byteLength > 0
  return isAac ? readAudioSpecificConfig(descriptor.decoderConfig) : UNSAID
}

/** Channels by audio coding mode (ETSI TS 102 366, acmod), without the low-frequency one. */
const AC3_CHANNELS = [2, 1, 2, 3, 3, 4, 4, 5]
const AC3_SAMPLE_RATES = [48000, 44100, 32000, 0]

/** ETSI TS 102 366 annex F.4. */
function ac3({ body }: Box): AudioConfig {
  const packed = new ByteReader(body).u24()
  const channels = (AC3_CHANNELS[(packed >> 11) & 7] ?? 0) + ((packed >> 10) & 1)
  return { sampleRate: AC3_SAMPLE_RATES[packed >> 22] ?? 0, channels }
}

/** Annex F.6; counts the first independent substream and what its dependent substreams add. */
function eac3({ body }: Box): AudioConfig {
  const fields = new ByteReader(body).skip(2)
  const packed = fields.u24()
  const channels = (AC3_CHANNELS[(packed >> 9) & 7] ?? 0) + ((packed >> 8) & 1)
  const hasDependent = ((packed >> 1) & 0xf) > 0
  const locations = hasDependent ? (packed & 1) * 0x100 + fields.u8() : 0
  return { sampleRate: AC3_SAMPLE_RATES[packed >> 22] ?? 0, channels: channels + addedChannels(locations) }
}

/** chan_loc: the pairs Lc/Rc, Lrs/Rrs, Lsd/Rsd, Lw/Rw, Lvh/Rvh are two channels each; Cs, Ts, Cvh, LFE2 one. */
const PAIRED_LOCATIONS = [0, 1, 4, 5, 6]

function addedChannels(locations: number): number {
  let channels = 0
  for (let bit = 0; bit < 9; bit++) {
    if (locations & (1 << bit)) channels += PAIRED_LOCATIONS.includes(bit) ? 2 : 1
  }
  return channels
}

/** Opus always decodes to 48 kHz (RFC 7845 §5.1). */
function opus({ body }: Box): AudioConfig {
  return { sampleRate: 48000, channels: new ByteReader(body).skip(1).u8() }
}

/** STREAMINFO is the first metadata block (RFC 9639 §8.2). */
function flac({ body }: Box): AudioConfig {
  const packed = new ByteReader(body).skip(4 + 4 + 10).u32()
  return { sampleRate: packed >>> 12, channels: ((packed >> 9) & 7) + 1 }
}

/** ALACSpecificConfig behind version and flags. */
function alac({ body }: Box): AudioConfig {
  const fields = new ByteReader(body).skip(4 + 9)
  const channels = fields.u8()
  return { channels, sampleRate: fields.skip(10).u32() }
}
