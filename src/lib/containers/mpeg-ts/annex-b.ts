import { ContainerError } from '../container-error.ts'
import type { NalCodec } from './nal-codec.ts'

/** Four bytes before every NAL unit, so that a stream of 4-byte lengths keeps its size (ITU-T H.264 annex B). */
const START_CODE = Uint8Array.of(0, 0, 0, 1)

/**
 * A picture with lengths before its NAL units (ISO/IEC 14496-15) as the parts of an Annex B access unit: a delimiter
 * first, as MPEG-TS demands; before a sync picture the parameter sets of its configuration, unless it brings its own.
 * NAL units are views of the sample. Throws `malformed` when a length points outside of it.
 */
export function annexBParts(sample: Uint8Array, codec: NalCodec, sync: boolean): Uint8Array[] {
  const units = [...nalUnits(sample, codec.lengthBytes)]
  const ownDelimiter = units[0] && codec.isDelimiter(units[0]) ? units.shift() : undefined
  const parameterSets = sync && !units.some(codec.isSequenceParameters) ? codec.parameterSets : []
  return [ownDelimiter ?? codec.delimiter, ...parameterSets, ...units].flatMap((unit) => [START_CODE, unit])
}

/** The NAL units of a sample; empty ones, which some writers leave, are passed over. */
export function* nalUnits(sample: Uint8Array, lengthBytes: number): Generator<Uint8Array> {
  for (let at = 0; at < sample.byteLength; ) {
    const start = at + lengthBytes
    const end = start + bigEndian(sample, at, lengthBytes)
    if (end > sample.byteLength) throw new ContainerError('malformed', 'a NAL unit is longer than its sample')
    if (end > start) yield sample.subarray(start, end)
    at = end
  }
}

function bigEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let index = at; index < at + length; index++) value = value * 256 + (bytes[index] ?? 0)
  return value
}
