import { boxesIn, findBox } from './box-reader.ts'
import { ByteReader } from './byte-reader.ts'

/** Code points of ITU-T H.273. */
export interface Color {
  readonly primaries: number
  readonly transfer: number
  readonly matrix: number
  readonly fullRange: boolean
}

/** What the visual sample entry's `colr` or `vpcC` box says (ISO/IEC 14496-12 §12.1.5), or null. */
export function colorOf(sampleEntry: Uint8Array): Color | null {
  const boxes = boxesIn(sampleEntry.subarray(86))
  for (const { body } of boxes.filter((box) => box.type === 'colr')) {
    const fields = new ByteReader(body)
    const kind = fields.fourCc()
    if (kind !== 'nclx' && kind !== 'nclc') continue
    const codes = { primaries: fields.u16(), transfer: fields.u16(), matrix: fields.u16() }
    return { ...codes, fullRange: kind === 'nclx' && fields.u8() >= 0x80 }
  }
  const vpcC = findBox(boxes, 'vpcC')
  return vpcC === undefined ? null : colorOfVp9(new ByteReader(vpcC.body).skip(6))
}

function colorOfVp9(fields: ByteReader): Color {
  const fullRange = (fields.u8() & 1) === 1
  return { primaries: fields.u8(), transfer: fields.u8(), matrix: fields.u8(), fullRange }
}

const UNSPECIFIED = 2

export type VideoRange = 'SDR' | 'HLG' | 'PQ'

/** VIDEO-RANGE of a playlist (RFC 8216bis §4.4.6.2); null when the sample entry does not say which transfer function. */
export function videoRangeOf(sampleEntry: Uint8Array): VideoRange | null {
  const color = colorOf(sampleEntry)
  if (color === null || color.transfer === UNSPECIFIED) return null
  if (color.transfer === 16) return 'PQ'
  return color.transfer === 18 ? 'HLG' : 'SDR'
}
