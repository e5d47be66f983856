import { ContainerError } from '../container-error.ts'
import { concat, u32, u64 } from './box-writer.ts'
import { typeOf } from './box-reader.ts'

/** `moof` up to its `trun`, as `composeFragmentHeader` writes it, is no longer; with the `trun` it is never shorter. */
const HEAD_BYTES = 80
const SEQUENCE_AT = 20
const TRACK_ID_AT = 44
const BOXES: readonly (readonly [offset: number, type: string])[] = [
  [0, 'moof'],
  [8, 'mfhd'],
  [24, 'traf'],
  [32, 'tfhd'],
]
const TFHD_AT = 32

export interface Numbering {
  readonly trackId: number
  readonly sequence: number
  /** Of the track: its decode times become so much earlier. */
  readonly earlierTicks: number
}

/**
 * Composed fragments, as many bytes long as before, under another track number, with sequence numbers that count on from
 * `sequence` and earlier times: so several tracks may stand in one file that begins at 0. Bytes come and go in whatever pieces; what is passed on unchanged
 * is not copied. Throws ContainerError for bytes that are no composed fragments, or end within one.
 */
export async function* renumberFragments(
  chunks: AsyncIterable<Uint8Array>,
  numbering: Numbering,
): AsyncGenerator<Uint8Array, void, undefined> {
  const fragments = new RenumberedFragments(numbering)
  for await (const chunk of chunks) yield* fragments.push(chunk)
  fragments.end()
}

class RenumberedFragments {
  readonly #trackId: number
  readonly #earlierTicks: number
  #sequence: number
  /** The beginning of a box, while too little of it is there. */
  #pending: Uint8Array = new Uint8Array(0)
  /** Bytes that still come of the box that passes by. */
  #passing = 0

  constructor({ trackId, sequence, earlierTicks }: Numbering) {
    this.#trackId = trackId
    this.#sequence = sequence
    this.#earlierTicks = earlierTicks
  }

  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let rest = this.#pending.byteLength > 0 ? concat([this.#pending, chunk]) : chunk
    this.#pending = rest.subarray(0, 0)
    while (rest.byteLength > 0) {
      const ready = this.#passing > 0 ? rest.subarray(0, this.#passing) : this.#begin(rest)
      if (!ready) return
      this.#passing -= ready.byteLength
      rest = rest.subarray(ready.byteLength)
      yield ready
    }
  }

  end(): void {
    if (this.#passing > 0 || this.#pending.byteLength > 0)
      throw new ContainerError('truncated', 'a fragment without its end')
  }

  /** What can go on of a box that begins here; null when more must come first. */
  #begin(bytes: Uint8Array): Uint8Array | null {
    if (bytes.byteLength < wantedOf(bytes)) {
      this.#pending = bytes.slice()
      return null
    }
    this.#passing = lengthOf(bytes)
    if (typeOf(bytes) !== 'moof') return bytes.subarray(0, 8)
    const numbering = { trackId: this.#trackId, sequence: this.#sequence++, earlierTicks: this.#earlierTicks }
    return renumbered(bytes.subarray(0, HEAD_BYTES), numbering)
  }
}

/** How much must be there to go on at the beginning of a box. */
function wantedOf(bytes: Uint8Array): number {
  return bytes.byteLength >= 8 && typeOf(bytes) === 'moof' ? HEAD_BYTES : 8
}

function lengthOf(bytes: Uint8Array): number {
  const length = viewOf(bytes).getUint32(0)
  const least = typeOf(bytes) === 'moof' ? HEAD_BYTES : 8
  if (length < least) throw new ContainerError('malformed', `a box of ${length} bytes between fragments`)
  return length
}

function renumbered(bytes: Uint8Array, { trackId, sequence, earlierTicks }: Numbering): Uint8Array {
  const ticks = decodeTimeOf(bytes) - earlierTicks
  if (ticks < 0) throw new ContainerError('malformed', 'a fragment from before the first')
  const head = bytes.slice()
  head.set(u32(sequence), SEQUENCE_AT)
  head.set(u32(trackId), TRACK_ID_AT)
  head.set(u64(ticks), decodeTimeAt(bytes))
  return head
}

/** So many bytes tell the decode time of a fragment. */
export const DECODE_TIME_BYTES = HEAD_BYTES

/** When the first sample of a composed fragment is decoded, in ticks of its track. Throws ContainerError for anything else. */
export function decodeTimeOf(fragment: Uint8Array): number {
  if (fragment.byteLength < HEAD_BYTES) throw new ContainerError('truncated', 'a fragment without its head')
  for (const [offset, type] of BOXES) {
    if (typeOf(fragment.subarray(offset)) !== type) throw noPart(type)
  }
  const at = decodeTimeAt(fragment)
  const isThere = at + 8 <= HEAD_BYTES && typeOf(fragment.subarray(at - 12)) === 'tfdt' && fragment[at - 4] === 1
  if (!isThere) throw noPart('tfdt')
  return Number(viewOf(fragment).getBigUint64(at))
}

/** Behind `tfhd`, whose length varies, and the header, version and flags of `tfdt`. */
function decodeTimeAt(fragment: Uint8Array): number {
  return TFHD_AT + viewOf(fragment).getUint32(TFHD_AT) + 12
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function noPart(type: string): ContainerError {
  return new ContainerError('malformed', `a fragment without ${type} in its place`)
}
