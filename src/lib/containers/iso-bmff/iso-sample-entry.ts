import { type Box, boxesIn, findBox, typeOf } from './box-reader.ts'
import { box, concat, u16, u32, zeros } from './box-writer.ts'
import { ByteReader } from './byte-reader.ts'
import { readAudioSampleEntry } from './sample-entry.ts'

/** Boxes of QuickTime sound descriptions that mean nothing outside QuickTime. */
const QUICKTIME_ONLY = new Set(['frma', 'mp4a', 'chan', 'wave', '\0\0\0\0'])

/**
 * The sample entry as an ISO file may carry it, with its one data reference: QuickTime's longer sound descriptions become
 * plain ones (their `esds` leaves the `wave` box), `hev1` becomes `hvc1` when the parameter sets are out of band, because
 * Apple's players take no other, and QuickTime's `nclc` colours become `nclx`.
 */
export function isoSampleEntry(bytes: Uint8Array, kind: 'video' | 'audio' | 'subtitles' | 'other'): Uint8Array {
  if (kind === 'audio') return withOwnPayload(isoSound(bytes))
  if (kind === 'video') return withOwnPayload(isoPicture(bytes))
  return withOwnPayload(bytes)
}

/** Sets `data_reference_index` to the first and only one. */
function withOwnPayload(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  if (copy.byteLength >= 16) copy.set([0, 1], 14)
  return copy
}

function isoSound(bytes: Uint8Array): Uint8Array {
  const isPlain = new ByteReader(bytes).skip(16).u16() === 0
  if (isPlain) return bytes
  const entry = readAudioSampleEntry(bytes)
  const rate = entry.sampleRate < 0x1_0000 ? Math.round(entry.sampleRate) * 0x1_0000 : 0
  const bits = entry.sampleSizeBits === 0 ? 16 : entry.sampleSizeBits
  const fixed = [zeros(6), u16(1), zeros(8), u16(entry.channels, bits, 0, 0), u32(rate)]
  const boxes = entry.boxes.filter((one) => !QUICKTIME_ONLY.has(one.type) && one.body.byteLength > 0)
  return box(entry.format, ...fixed, ...boxes.map((one) => one.whole))
}

function isoPicture(bytes: Uint8Array): Uint8Array {
  const fixed = new ByteReader(bytes).skip(8).bytes(78)
  const boxes = boxesIn(bytes.subarray(86))
  const config = findBox(boxes, 'hvcC')
  const outOfBand = typeOf(bytes) === 'hev1' && config !== undefined && carriesParameterSets(config.body)
  const type = outOfBand ? 'hvc1' : typeOf(bytes)
  return box(type, fixed, ...boxes.map((one) => isoPictureBox(one, outOfBand)))
}

function isoPictureBox(one: Box, outOfBand: boolean): Uint8Array {
  if (one.type === 'colr' && String.fromCharCode(...one.body.subarray(0, 4)) === 'nclc') {
    return box(
      'colr',
      Uint8Array.from('nclx', (letter) => letter.charCodeAt(0)),
      one.body.subarray(4, 10),
      zeros(1),
    )
  }
  return one.type === 'hvcC' && outOfBand ? box('hvcC', withCompleteArrays(one.body)) : one.whole
}

/** VPS, SPS and PPS (ITU-T H.265 table 7-1). */
const PARAMETER_SET_TYPES = [32, 33, 34]

function carriesParameterSets(hvcC: Uint8Array): boolean {
  const present = parameterArrays(hvcC).filter((array) => array.count > 0)
  return PARAMETER_SET_TYPES.every((type) => present.some((array) => array.type === type))
}

/** `hvc1` demands `array_completeness` on these arrays (ISO/IEC 14496-15 §8.4.1). */
function withCompleteArrays(hvcC: Uint8Array): Uint8Array {
  const copy = concat([hvcC])
  for (const { at, type } of parameterArrays(hvcC)) {
    if (PARAMETER_SET_TYPES.includes(type)) copy[at] = 0x80 | type
  }
  return copy
}

function parameterArrays(hvcC: Uint8Array): { at: number; type: number; count: number }[] {
  const fields = new ByteReader(hvcC).skip(22)
  const arrays = []
  for (let left = fields.u8(); left > 0; left--) {
    const at = fields.position
    const type = fields.u8() & 0x3f
    const count = fields.u16()
    arrays.push({ at, type, count })
    for (let unit = 0; unit < count; unit++) fields.skip(fields.u16())
  }
  return arrays
}
