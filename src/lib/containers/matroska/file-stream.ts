import { PayloadMemory } from '../payload-memory.ts'
import type { RandomAccess } from '../random-access.ts'

/** Large enough that the cost of a read does not show, small enough that four of them are little memory. */
const CHUNK_BYTES = 1024 * 1024
const READS_IN_FLIGHT = 3

/** Memory for the payload of Matroska files. */
export function memoryForMatroska(): PayloadMemory {
  return new PayloadMemory(CHUNK_BYTES)
}

/**
 * A part of a file from its beginning to its end, read in large pieces ahead of use. What `has` says is there can be
 * peeked and taken at once; `ensure` waits for more, and lets go of the memory of what was passed: views are good until then,
 * or as long as they are lent.
 */
export class FileStream {
  readonly #file: RandomAccess
  #end: number
  #pieces: Uint8Array[] = []
  readonly #memory: PayloadMemory
  #passed: Uint8Array[] = []
  #buffered = 0
  /** Bytes that are to be jumped over before the next ones are buffered. */
  #toSkip = 0
  #reads: { readonly length: number; readonly bytes: Promise<Uint8Array> }[] = []
  #nextReadAt: number
  #position: number

  constructor(file: RandomAccess, start: number, end: number, memory = memoryForMatroska()) {
    this.#file = file
    this.#memory = memory
    this.#end = end
    this.#nextReadAt = start
    this.#position = start
  }

  /** Offset in the file of the next byte. */
  get position(): number {
    return this.#position
  }

  has(length: number): boolean {
    return this.#buffered >= length
  }

  /** False when the part ends before `length` more bytes; what is left of it is buffered then. */
  async ensure(length: number): Promise<boolean> {
    for (const piece of this.#passed.splice(0)) this.#memory.close(piece)
    this.#jump()
    while (this.#buffered < length) {
      this.#readAhead()
      const read = this.#reads.shift()
      if (read === undefined) return false
      const bytes = await read.bytes
      // The file became shorter while it was read: this is its end.
      if (bytes.byteLength < read.length) this.#stop()
      this.#push(bytes)
    }
    return true
  }

  /** Up to `length` bytes from here in one piece; fewer when no more are buffered. */
  peek(length: number): Uint8Array {
    const first = this.#pieces[0]
    if (first === undefined) return new Uint8Array()
    if (first.byteLength >= length || this.#pieces.length === 1) return first.subarray(0, length)
    return joined(cut(this.#pieces, length), Math.min(length, this.#buffered))
  }

  /** The next `length` bytes, which must be buffered, as views of what was read. */
  take(length: number): Uint8Array[] {
    const taken = cut(this.#pieces, length)
    this.skip(length)
    return taken
  }

  /** Jumps ahead, over bytes that need not be buffered. */
  skip(length: number): void {
    this.#position += length
    let left = length
    for (let first = this.#pieces[0]; first !== undefined && left > 0; first = this.#pieces[0]) {
      const step = Math.min(left, first.byteLength)
      if (step === first.byteLength) this.#pass()
      else this.#pieces[0] = first.subarray(step)
      this.#buffered -= step
      left -= step
    }
    this.#toSkip += left
  }

  #pass(): void {
    const piece = this.#pieces.shift()
    if (piece !== undefined) this.#passed.push(piece)
  }

  /** Far jumps drop the reads that are under way, which would bring nothing of use. */
  #jump(): void {
    const coming = this.#reads.reduce((sum, read) => sum + read.length, 0)
    if (this.#toSkip <= coming) return
    this.#reads = []
    this.#nextReadAt += this.#toSkip - coming
    this.#toSkip = 0
  }

  #readAhead(): void {
    while (this.#reads.length < READS_IN_FLIGHT && this.#nextReadAt < this.#end) {
      const length = Math.min(CHUNK_BYTES, this.#end - this.#nextReadAt)
      const bytes = this.#file.read(this.#nextReadAt, length, this.#memory.take(length))
      // Whoever waits for this read sees its failure; nobody may be waiting any more.
      bytes.catch(() => undefined)
      this.#reads.push({ length, bytes })
      this.#nextReadAt += length
    }
  }

  #stop(): void {
    this.#reads = []
    this.#end = 0
  }

  #push(bytes: Uint8Array): void {
    const skipped = Math.min(this.#toSkip, bytes.byteLength)
    this.#toSkip -= skipped
    if (skipped === bytes.byteLength) {
      this.#memory.close(bytes)
      return
    }
    this.#pieces.push(skipped === 0 ? bytes : bytes.subarray(skipped))
    this.#buffered += bytes.byteLength - skipped
  }
}

/** All of `pieces` in one; a view of the only one. */
export function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = pieces
  if (pieces.length === 1 && first !== undefined) return first
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.byteLength
  }
  return bytes
}

function cut(pieces: readonly Uint8Array[], length: number): Uint8Array[] {
  const parts: Uint8Array[] = []
  let left = length
  for (let index = 0; left > 0 && index < pieces.length; index++) {
    const part = (pieces[index] as Uint8Array).subarray(0, left)
    parts.push(part)
    left -= part.byteLength
  }
  return parts
}
