import { boxesIn, findBox, typeOf } from './box-reader.ts'
import { ByteReader } from './byte-reader.ts'
import { readAudioSpecificConfig } from './audio-specific-config.ts'
import { colorOf, type Color } from './color-of.ts'
import { readElementaryStreamDescriptor } from './elementary-stream-descriptor.ts'
import { readAudioSampleEntry } from './sample-entry.ts'
import { ContainerError } from '../container-error.ts'

/**
 * The codec as CODECS of a playlist names it (RFC 6381 and the registrations at mp4ra.org), computed from the decoder's
 * configuration inside the sample entry. An entry without an own rule is named by its four-character code.
 */
export function codecString(sampleEntry: Uint8Array): string {
  const format = typeOf(sampleEntry)
  return (RULES[format] ?? plainName)(sampleEntry, format)
}

type Rule = (sampleEntry: Uint8Array, format: string) => string

const RULES: Readonly<Record<string, Rule>> = {
  avc1: advancedVideoCoding,
  avc3: advancedVideoCoding,
  hvc1: highEfficiencyVideoCoding,
  hev1: highEfficiencyVideoCoding,
  dvh1: dolbyVision,
  dvhe: dolbyVision,
  av01: av1,
  vp08: vp9,
  vp09: vp9,
  mp4a: mpeg4Audio,
  '.mp3': () => 'mp4a.6B',
}

function plainName(_: Uint8Array, format: string): string {
  return format.trim()
}

/** profile_idc, constraint flags and level_idc stand first in `avcC` (RFC 6381 §3.3). */
function advancedVideoCoding(entry: Uint8Array, format: string): string {
  return `${format}.${[...configOf(entry, 'avcC').skip(1).bytes(3)].map(hexByte).join('')}`
}

/** ISO/IEC 14496-15 annex E.3. */
function highEfficiencyVideoCoding(entry: Uint8Array, format: string): string {
  const fields = configOf(entry, 'hvcC').skip(1)
  const profile = fields.u8()
  const space = ['', 'A', 'B', 'C'][profile >> 6]
  const compatible = reversedBits(fields.u32()).toString(16).toUpperCase()
  const constraints = [...fields.bytes(6)]
  const level = `${profile & 0x20 ? 'H' : 'L'}${fields.u8()}`
  while (constraints.at(-1) === 0) constraints.pop()
  const tail = constraints.map((byte) => byte.toString(16).toUpperCase())
  return [format, `${space}${profile & 0x1f}`, compatible, level, ...tail].join('.')
}

function reversedBits(word: number): number {
  let reversed = 0
  for (let bit = 0; bit < 32; bit++) reversed = reversed * 2 + ((word >>> bit) & 1)
  return reversed
}

/** Dolby Vision streams within ISO-BMFF §5; profile and level stand in `dvcC` or `dvvC`. */
function dolbyVision(entry: Uint8Array, format: string): string {
  const boxes = boxesIn(entry.subarray(86))
  const fields = new ByteReader((findBox(boxes, 'dvcC') ?? findBox(boxes, 'dvvC'))?.body ?? new Uint8Array(0)).skip(2)
  const profileAndLevel = fields.u16() >> 3
  return `${format}.${twoDigits(profileAndLevel >> 6)}.${twoDigits(profileAndLevel & 0x3f)}`
}

/** AV1 in ISO-BMFF §5: the long form only where it says something beyond its defaults. */
function av1(entry: Uint8Array): string {
  const fields = configOf(entry, 'av1C').skip(1)
  const profileAndLevel = fields.u8()
  const flags = fields.u8()
  const depth = flags & 0x40 ? (flags & 0x20 ? 12 : 10) : 8
  const level = `${twoDigits(profileAndLevel & 0x1f)}${flags & 0x80 ? 'H' : 'M'}`
  const short = `av01.${profileAndLevel >> 5}.${level}.${twoDigits(depth)}`
  const mono = (flags >> 4) & 1
  const chroma = `${(flags >> 3) & 1}${(flags >> 2) & 1}${flags & 3}`
  const color = colorOf(entry) ?? DEFAULT_COLOR
  if (mono === 0 && chroma.startsWith('11') && isUsual(color)) return short
  return [short, mono, chroma, ...colorFields(color), color.fullRange ? 1 : 0].join('.')
}

/** VP Codec ISO Media File Format Binding, "Codecs Parameter String". */
function vp9(entry: Uint8Array, format: string): string {
  const fields = configOf(entry, 'vpcC').skip(4)
  const profile = fields.u8()
  const level = fields.u8()
  const packed = fields.u8()
  const short = [format, twoDigits(profile), twoDigits(level), twoDigits(packed >> 4)].join('.')
  const color = { primaries: fields.u8(), transfer: fields.u8(), matrix: fields.u8(), fullRange: (packed & 1) === 1 }
  const chroma = (packed >> 1) & 7
  if (chroma <= 1 && isUsual(color)) return short
  return [short, twoDigits(chroma), ...colorFields(color), twoDigits(packed & 1)].join('.')
}

const DEFAULT_COLOR: Color = { primaries: 1, transfer: 1, matrix: 1, fullRange: false }

/** BT.709 or not said, limited range: what every string means that leaves the colour out. */
function isUsual({ primaries, transfer, matrix, fullRange }: Color): boolean {
  return !fullRange && [primaries, transfer, matrix].every((code) => code === 1 || code === 2)
}

function colorFields({ primaries, transfer, matrix }: Color): string[] {
  return [primaries, transfer, matrix].map(twoDigits)
}

/** `mp4a.<object type>`, for MPEG-4 audio with the audio object type behind it (RFC 6381 §3.3). */
function mpeg4Audio(entry: Uint8Array): string {
  const esds = findBox(readAudioSampleEntry(entry).boxes, 'esds')
  const descriptor = esds === undefined ? null : readElementaryStreamDescriptor(esds.body)
  if (descriptor === null) throw new ContainerError('malformed', 'mp4a without a decoder configuration')
  const { objectType, decoderConfig } = descriptor
  if (objectType !== MPEG4_AUDIO) return `mp4a.${hexByte(objectType)}`
  return `mp4a.40.${decoderConfig.byteLength === 0 ? 2 : readAudioSpecificConfig(decoderConfig).objectType}`
}

const MPEG4_AUDIO = 0x40

function configOf(entry: Uint8Array, type: string): ByteReader {
  const config = findBox(boxesIn(entry.subarray(86)), type)
  if (config === undefined) throw new ContainerError('malformed', `${typeOf(entry)} without ${type}`)
  return new ByteReader(config.body)
}

function hexByte(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
