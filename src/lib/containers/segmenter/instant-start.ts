import { findBox, typeOf } from '../iso-bmff/box-reader.ts'
import { concat } from '../iso-bmff/box-writer.ts'
import { readVideoSampleEntry } from '../iso-bmff/sample-entry.ts'

/**
 * How many bytes of length stand before each NAL unit of an H.264 track (ISO/IEC 14496-15 §5.3.3.1); null for all other
 * tracks: decoders of HEVC and AV1 know by themselves which pictures to pass over when they begin inside of a film.
 */
export function avcLengthBytes(sampleEntry: Uint8Array): number | null {
  if (sampleEntry.byteLength < 8 || !['avc1', 'avc3'].includes(typeOf(sampleEntry))) return null
  const avcC = findBox(readVideoSampleEntry(sampleEntry).boxes, 'avcC')
  return avcC === undefined ? null : ((avcC.body[4] ?? 3) & 3) + 1
}

/**
 * Whether a coded picture of H.264 is an IDR, at which any decoder can begin. In all others recovery point messages (ITU-T
 * H.264 §D.1.8, payload type 6) are turned into filler payload (§D.1.4) in place: lengths and coded pictures stay. Chromium
 * takes a picture with such a message for a place to begin, whatever the container says, and then its decoder fails at
 * references to pictures that it has not seen.
 */
export function isInstantStart(picture: readonly Uint8Array[], lengthBytes: number): boolean {
  const [first] = picture
  if (first === undefined) return false
  const head = headOf(first, lengthBytes)
  // All that counts stands before the first slice, which as a rule begins in the first piece.
  return head.slice !== null || picture.length === 1 ? blanked(head) : isInstantStartInPieces(picture, lengthBytes)
}

function isInstantStartInPieces(picture: readonly Uint8Array[], lengthBytes: number): boolean {
  const joined = concat(picture)
  const isInstant = blanked(headOf(joined, lengthBytes))
  let from = 0
  for (const view of picture) {
    view.set(joined.subarray(from, from + view.byteLength))
    from += view.byteLength
  }
  return isInstant
}

/** As `isInstantStart`, and changes nothing. */
export function isIdr(picture: readonly Uint8Array[], lengthBytes: number): boolean {
  return headOf(concat(picture), lengthBytes).slice === 'idr'
}

const FIRST_SLICE = 1
const IDR_SLICE = 5
const SUPPLEMENTAL = 6

/** What stands before the first slice of a picture. */
interface Head {
  /** Null when no slice begins in these bytes. */
  readonly slice: 'idr' | 'other' | null
  readonly supplements: readonly Uint8Array[]
}

function headOf(picture: Uint8Array, lengthBytes: number): Head {
  const supplements: Uint8Array[] = []
  for (let at = 0; at + lengthBytes < picture.byteLength; ) {
    let length = 0
    for (let byte = 0; byte < lengthBytes; byte++) length = length * 256 + (picture[at + byte] ?? 0)
    const start = at + lengthBytes
    const type = (picture[start] ?? 0) & 0x1f
    if (type === IDR_SLICE) return { slice: 'idr', supplements }
    if (type >= FIRST_SLICE && type < IDR_SLICE) return { slice: 'other', supplements }
    if (type === SUPPLEMENTAL) supplements.push(picture.subarray(start, start + length))
    at = start + length
  }
  return { slice: null, supplements }
}

/** Whether it is an IDR; the messages before any other picture lose their recovery points. */
function blanked({ slice, supplements }: Head): boolean {
  if (slice === 'idr') return true
  supplements.forEach(blankRecoveryPoints)
  return false
}

const RECOVERY_POINT = 6
const FILLER = 3
/** `rbsp_trailing_bits` of a unit that ends with a whole byte. */
const TRAILING = 0x80

function blankRecoveryPoints(unit: Uint8Array): void {
  const places = payloadPlaces(unit)
  const byteAt = (place: number) => unit[places[place] ?? -1] ?? TRAILING
  /** Types and sizes are sums of bytes, of which all but the last are 255 (§7.3.2.3.1). */
  const readSum = (from: number) => {
    let last = from
    while (byteAt(last) === 0xff) last++
    return { value: (last - from) * 0xff + byteAt(last), last }
  }
  for (let at = 0; at < places.length - 1; ) {
    const type = readSum(at)
    const size = readSum(type.last + 1)
    const end = size.last + 1 + size.value
    if (end > places.length) return
    if (type.value === RECOVERY_POINT) {
      unit[places[type.last] ?? 0] = FILLER
      for (const place of places.slice(size.last + 1, end)) unit[place] = 0xff
    }
    at = end
  }
}

/** Where the payload of a NAL unit stands: behind its header, without the bytes that prevent start codes (§7.4.1). */
function payloadPlaces(unit: Uint8Array): number[] {
  const places: number[] = []
  let zeros = 0
  for (let at = 1; at < unit.byteLength; at++) {
    const prevents = zeros >= 2 && unit[at] === 3
    if (!prevents) places.push(at)
    zeros = unit[at] === 0 ? zeros + 1 : 0
  }
  return places
}
