import { ByteReader } from './byte-reader.ts'

/** What `esds` says about a decoder (ISO/IEC 14496-1 §7.2.6). */
export interface ElementaryStreamDescriptor {
  /** Registered at mp4ra.org: 0x40 MPEG-4 audio, 0x69 and 0x6b MPEG audio, 0xa9 DTS, ... */
  readonly objectType: number
  /** For MPEG-4 audio the AudioSpecificConfig; may be empty. */
  readonly decoderConfig: Uint8Array
}

const ES_DESCRIPTOR = 3
const DECODER_CONFIG = 4
const DECODER_SPECIFIC_INFO = 5

/** Reads the body of an `esds` box; null when no decoder is described. */
export function readElementaryStreamDescriptor(body: Uint8Array): ElementaryStreamDescriptor | null {
  const stream = descriptorsIn(new ByteReader(body).skip(4)).get(ES_DESCRIPTOR)
  if (stream === undefined) return null
  const fields = new ByteReader(stream).skip(2)
  const present = fields.u8()
  if (present & 0x80) fields.skip(2)
  if (present & 0x40) fields.skip(fields.u8())
  if (present & 0x20) fields.skip(2)
  const decoder = descriptorsIn(fields).get(DECODER_CONFIG)
  if (decoder === undefined) return null
  const config = new ByteReader(decoder)
  const objectType = config.u8()
  const specific = descriptorsIn(config.skip(12)).get(DECODER_SPECIFIC_INFO)
  return { objectType, decoderConfig: specific ?? new Uint8Array(0) }
}

function descriptorsIn(fields: ByteReader): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>()
  while (fields.left > 1) {
    const tag = fields.u8()
    const body = fields.bytes(Math.min(expandableLength(fields), fields.left))
    if (!found.has(tag)) found.set(tag, body)
  }
  return found
}

/** Seven bits per byte, the highest bit says that more follow (§8.3.3). */
function expandableLength(fields: ByteReader): number {
  let length = 0
  for (let byte = 0x80; byte & 0x80; ) {
    byte = fields.u8()
    length = Math.min(length * 128 + (byte & 0x7f), 0xffff_ffff)
  }
  return length
}
