import { ContainerError } from '../container-error.ts'
import { concat, u32 } from './box-writer.ts'
import { typeOf } from './box-reader.ts'

/** `moof`, `mfhd` and the beginnings of `traf` and `tfhd`, as `composeFragmentHeader` writes them. */
const HEAD_BYTES = 48
const SEQUENCE_AT = 20
const TRACK_ID_AT = 44
const BOXES: readonly (readonly [offset: number, type: string])[] = [
  [0, 'moof'],
  [8, 'mfhd'],
  [24, 'traf'],
  [32, 'tfhd'],
]

export interface Numbering {
  readonly trackId: number
  readonly sequence: number
}

/**
 * Composed fragments, as many bytes long as before, under another track number and with sequence numbers that count on from
 * `sequence`: so several tracks may stand in one file. Bytes come and go in whatever pieces; what is passed on unchanged
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
  #sequence: number
  /** The beginning of a box, while too little of it is there. */
  #pending: Uint8Array = new Uint8Array(0)
  /** Bytes that still come of the box that passes by. */
  #passing = 0

  constructor({ trackId, sequence }: Numbering) {
    this.#trackId = trackId
    this.#sequence = sequence
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
    return renumbered(bytes.subarray(0, HEAD_BYTES), this.#trackId, this.#sequence++)
  }
}

/** How much must be there to go on at the beginning of a box. */
function wantedOf(bytes: Uint8Array): number {
  return bytes.byteLength >= 8 && typeOf(bytes) === 'moof' ? HEAD_BYTES : 8
}

function lengthOf(bytes: Uint8Array): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  const least = typeOf(bytes) === 'moof' ? HEAD_BYTES : 8
  if (length < least) throw new ContainerError('malformed', `a box of ${length} bytes between fragments`)
  return length
}

function renumbered(bytes: Uint8Array, trackId: number, sequence: number): Uint8Array {
  for (const [offset, type] of BOXES) {
    if (typeOf(bytes.subarray(offset)) !== type)
      throw new ContainerError('malformed', `a fragment without ${type} at ${offset}`)
  }
  const head = bytes.slice()
  head.set(u32(sequence), SEQUENCE_AT)
  head.set(u32(trackId), TRACK_ID_AT)
  return head
}
