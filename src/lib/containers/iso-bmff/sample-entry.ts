import { type Box, boxesIn, findBox, typeOf } from './box-reader.ts'
import { ByteReader } from './byte-reader.ts'

/** A sample entry (ISO/IEC 14496-12 §8.5.2) taken apart as far as its kind is known. */
export interface SampleEntry {
  /** The four-character code: `avc1`, `mp4a`, ... */
  readonly format: string
  /** Which entry of `dref` says where the payload is. */
  readonly dataReferenceIndex: number
  /** Boxes behind the fixed fields, those of a QuickTime `wave` box among them. */
  readonly boxes: readonly Box[]
}

export interface AudioSampleEntry extends SampleEntry {
  readonly channels: number
  readonly sampleSizeBits: number
  readonly sampleRate: number
}

export interface VideoSampleEntry extends SampleEntry {
  readonly width: number
  readonly height: number
}

/** Fixed fields of a visual sample entry, header of the box included (§12.1.3). */
const VIDEO_FIELDS_BYTES = 86

export function readVideoSampleEntry(bytes: Uint8Array): VideoSampleEntry {
  const fields = new ByteReader(bytes).skip(14)
  const dataReferenceIndex = fields.u16()
  const width = fields.skip(16).u16()
  const height = fields.u16()
  return { format: typeOf(bytes), dataReferenceIndex, width, height, boxes: boxesIn(from(bytes, VIDEO_FIELDS_BYTES)) }
}

/** Also reads the longer sound descriptions of QuickTime (version 1 and 2, QuickTime File Format, "Sound Media"). */
export function readAudioSampleEntry(bytes: Uint8Array): AudioSampleEntry {
  const fields = new ByteReader(bytes).skip(14)
  const dataReferenceIndex = fields.u16()
  const version = fields.u16()
  const channels = fields.skip(6).u16()
  const sampleSizeBits = fields.u16()
  const sampleRate = fields.skip(4).u32() / 0x1_0000
  const plain = { format: typeOf(bytes), dataReferenceIndex, channels, sampleSizeBits, sampleRate }
  if (version === 1) return { ...plain, boxes: unwrapped(boxesIn(fields.skip(16).rest())) }
  if (version !== 2) return { ...plain, boxes: unwrapped(boxesIn(fields.rest())) }
  const rate = fields.skip(4).f64()
  const count = fields.u32()
  return { ...plain, channels: count, sampleRate: rate, boxes: unwrapped(boxesIn(fields.skip(20).rest())) }
}

/** QuickTime hides the decoder's configuration in a `wave` box. */
function unwrapped(boxes: readonly Box[]): readonly Box[] {
  const wave = findBox(boxes, 'wave')
  return wave === undefined ? boxes : [...boxes.filter((box) => box !== wave), ...boxesIn(wave.body)]
}

function from(bytes: Uint8Array, start: number): Uint8Array {
  return new ByteReader(bytes).skip(start).rest()
}
