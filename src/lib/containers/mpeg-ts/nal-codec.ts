import { ContainerError } from '../container-error.ts'
import { requireBox } from '../iso-bmff/box-reader.ts'
import { ByteReader } from '../iso-bmff/byte-reader.ts'
import { readVideoSampleEntry } from '../iso-bmff/sample-entry.ts'

/** What must be known of H.264 or HEVC to move its pictures from MP4 to MPEG-TS. */
export interface NalCodec {
  /** Bytes of the length before each NAL unit of a sample. */
  readonly lengthBytes: number
  /** From the configuration, in the order in which a decoder needs them. */
  readonly parameterSets: readonly Uint8Array[]
  /** An access unit delimiter that allows every kind of picture. */
  readonly delimiter: Uint8Array
  isDelimiter(unit: Uint8Array): boolean
  isSequenceParameters(unit: Uint8Array): boolean
}

/** Reads `avcC` from an `avc1` or `avc3` sample entry (ISO/IEC 14496-15 §5.3.3.1; NAL types: ITU-T H.264 table 7-1). */
export function readAvcCodec(sampleEntry: Uint8Array): NalCodec {
  const fields = new ByteReader(requireBox(readVideoSampleEntry(sampleEntry).boxes, 'avcC').body).skip(4)
  const lengthBytes = (fields.u8() & 3) + 1
  const sequence = unitsOf(fields, fields.u8() & 0x1f)
  const picture = unitsOf(fields, fields.u8())
  return {
    lengthBytes,
    parameterSets: [...sequence, ...picture],
    delimiter: Uint8Array.of(AVC_DELIMITER, 0xf0),
    isDelimiter: (unit) => avcType(unit) === AVC_DELIMITER,
    isSequenceParameters: (unit) => avcType(unit) === AVC_SEQUENCE_PARAMETERS,
  }
}

const AVC_SEQUENCE_PARAMETERS = 7
const AVC_DELIMITER = 9

function avcType(unit: Uint8Array): number {
  return (unit[0] ?? 0) & 0x1f
}

/** Reads `hvcC` from an `hvc1` or `hev1` sample entry (ISO/IEC 14496-15 §8.3.3.1; NAL types: ITU-T H.265 table 7-1). */
export function readHevcCodec(sampleEntry: Uint8Array): NalCodec {
  const fields = new ByteReader(requireBox(readVideoSampleEntry(sampleEntry).boxes, 'hvcC').body).skip(21)
  const lengthBytes = (fields.u8() & 3) + 1
  const arrays = Array.from({ length: fields.u8() }, () => unitsOf(fields.skip(1), fields.u16()))
  return {
    lengthBytes,
    parameterSets: arrays.flat(),
    delimiter: Uint8Array.of(HEVC_DELIMITER << 1, 1, 0x50),
    isDelimiter: (unit) => hevcType(unit) === HEVC_DELIMITER,
    isSequenceParameters: (unit) => hevcType(unit) === HEVC_SEQUENCE_PARAMETERS,
  }
}

const HEVC_SEQUENCE_PARAMETERS = 33
const HEVC_DELIMITER = 35

function hevcType(unit: Uint8Array): number {
  return ((unit[0] ?? 0) >> 1) & 0x3f
}

function unitsOf(fields: ByteReader, count: number): Uint8Array[] {
  const units = Array.from({ length: count }, () => fields.bytes(fields.u16()))
  if (units.some((unit) => unit.byteLength === 0)) throw new ContainerError('malformed', 'an empty parameter set')
  return units
}
