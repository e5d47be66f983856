import { CHUNK_BYTES, chunkCountOf, plainBytesIn, sealedBytesOf, sealedOffsetOf, TAG_BYTES } from './sealed-form.ts'

/** Which chunks, of how many plain bytes in all. */
export interface RunPlace {
  readonly firstChunk: number
  /** Not in it. */
  readonly endChunk: number
  readonly plainBytes: number
}

/** A chunk in memory. */
interface PlacedChunk {
  readonly chunk: number
  /** Plain bytes, or sealed ones once they were. */
  readonly body: Uint8Array
  readonly tag: Uint8Array
}

/**
 * Some chunks, one after another, in one piece of memory: the plain bytes at the places where their sealed ones will be, with
 * room for the tags, and before the very first chunk for the header. So sealing moves nothing.
 */
export class ChunkRun {
  readonly place: RunPlace
  /** What is stored, once it was sealed. */
  readonly bytes: Uint8Array
  /** Of the bytes in all that is stored. */
  readonly #start: number
  /** The next plain byte of all. */
  #at: number

  /** The memory has at least `runBytesOf(place)` bytes. */
  constructor(memory: Uint8Array, place: RunPlace) {
    this.place = place
    this.bytes = memory.subarray(0, runBytesOf(place))
    this.#start = startOf(place)
    this.#at = place.firstChunk * CHUNK_BYTES
  }

  get isFull(): boolean {
    const { endChunk, plainBytes } = this.place
    return this.#at === Math.min(endChunk * CHUNK_BYTES, plainBytes)
  }

  /** Puts as much of `plain` in its place as there is room for; returns what is left of it. */
  fill(plain: Uint8Array): Uint8Array {
    let rest = plain
    while (rest.byteLength > 0 && !this.isFull) {
      const chunk = Math.floor(this.#at / CHUNK_BYTES)
      const inChunk = this.#at - chunk * CHUNK_BYTES
      const part = rest.subarray(0, plainBytesIn(chunk, this.place.plainBytes) - inChunk)
      this.bytes.set(part, sealedOffsetOf(chunk) + inChunk - this.#start)
      this.#at += part.byteLength
      rest = rest.subarray(part.byteLength)
    }
    return rest
  }

  *chunks(): Generator<PlacedChunk> {
    const { firstChunk, endChunk, plainBytes } = this.place
    for (let chunk = firstChunk; chunk < endChunk; chunk++) {
      const from = sealedOffsetOf(chunk) - this.#start
      const to = from + plainBytesIn(chunk, plainBytes)
      yield { chunk, body: this.bytes.subarray(from, to), tag: this.bytes.subarray(to, to + TAG_BYTES) }
    }
  }
}

/** All chunks of so many plain bytes. */
export function wholeRun(plainBytes: number): RunPlace {
  return { firstChunk: 0, endChunk: chunkCountOf(plainBytes), plainBytes }
}

/** How much memory a run needs. */
export function runBytesOf(place: RunPlace): number {
  const { endChunk, plainBytes } = place
  const end = endChunk === chunkCountOf(plainBytes) ? sealedBytesOf(plainBytes) : sealedOffsetOf(endChunk)
  return end - startOf(place)
}

/** Where it begins in all that is stored: the first one with the header. */
function startOf({ firstChunk }: RunPlace): number {
  return firstChunk === 0 ? 0 : sealedOffsetOf(firstChunk)
}
