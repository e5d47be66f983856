import { ContainerError } from '../container-error.ts'
import { type BlockHeader, MAX_BLOCK_HEADER_BYTES, readBlockHeader } from './block-header.ts'
import { ClusterState } from './cluster-state.ts'
import { type ElementHeader, MAX_ELEMENT_HEADER_BYTES, readElementHeader, sintOf, uintOf } from './ebml-element.ts'
import { ID } from './element-id.ts'
import { type FileStream, joined } from './file-stream.ts'
import { readLaces } from './lacing.ts'

/** A frame as stored, with the header that was stripped from it put back. */
export interface Frame {
  readonly trackNumber: number
  /** Container time: CodecDelay is taken off. */
  readonly timeNs: number
  readonly isKey: boolean
  /** As the block states it. */
  readonly durationNs: number | null
  /** Sound at its end that is not to be heard. */
  readonly discardNs: number
  readonly size: number
  readonly pieces: readonly Uint8Array[]
}

/** What the reader has to know about a track whose frames are wanted. */
export interface WantedTrack {
  readonly delayTicks: number
  /** From one frame of a laced block to the next, when known. */
  readonly frameNs: number | null
  readonly strippedHeader: Uint8Array | null
}

/** No frame is nearly as large: 8K film at 800 Mbit/s has 4 MB a picture. A block is held in memory whole. */
const MAX_BLOCK_BYTES = 64 * 1024 * 1024

/** Reads the frames of the wanted tracks in the order of the file. */
export class FrameReader {
  readonly #stream: FileStream
  readonly #scaleNs: number
  readonly #wanted: ReadonlyMap<number, WantedTrack>
  readonly #cluster = new ClusterState()
  #frames: Frame[] = []
  #ended = false

  /** `stream` begins at a Cluster; `scaleNs` is the length of a tick. */
  constructor(stream: FileStream, scaleNs: number, wanted: ReadonlyMap<number, WantedTrack>) {
    this.#stream = stream
    this.#scaleNs = scaleNs
    this.#wanted = wanted
  }

  /**
   * The next frames, as many as are in memory; null at the end. A block that the end of the file cuts off is left out.
   * Rejects with ContainerError `malformed` and `too-large`.
   */
  async read(): Promise<Frame[] | null> {
    while (!this.#ended) {
      const missing = this.#step()
      if (missing === 0 && this.#frames.length < MAX_FRAMES) continue
      if (this.#frames.length > 0) return this.#frames.splice(0)
      if (!(await this.#stream.ensure(missing))) this.#ended = true
    }
    return this.#frames.length > 0 ? this.#frames.splice(0) : null
  }

  /** Reads one element; answers how many bytes must be buffered before it can be, 0 when it was read. */
  #step(): number {
    const start = this.#stream.peek(MAX_ELEMENT_HEADER_BYTES)
    const element = readElementHeader(start, 0)
    if (element === null) return start.byteLength + 1
    const length = element.headerLength + element.size
    const step = this.#cluster.step(element, this.#stream.position)
    if (step === 'enter') this.#stream.skip(element.headerLength)
    else if (step === 'skip') this.#stream.skip(length)
    else if (step === 'stop') this.#ended = true
    else return this.#readWhole(step, element, length)
    return 0
  }

  #readWhole(step: 'timestamp' | 'block' | 'group', element: ElementHeader, length: number): number {
    if (step === 'block' && this.#skipsBlock(element, length)) return 0
    if (length > MAX_BLOCK_BYTES) throw new ContainerError('too-large', `Matroska: a block of ${length} bytes`)
    if (!this.#stream.has(length)) return length
    this.#stream.skip(element.headerLength)
    if (step === 'timestamp') this.#cluster.setTicks(this.#uint(element.size))
    else if (step === 'block') this.#readBlock(element.size)
    else this.#readGroup(element.size)
    return 0
  }

  /** Blocks of other tracks need not come into memory. */
  #skipsBlock(element: ElementHeader, length: number): boolean {
    const start = this.#stream.peek(element.headerLength + Math.min(element.size, MAX_BLOCK_HEADER_BYTES))
    if (start.byteLength < Math.min(length, element.headerLength + MAX_BLOCK_HEADER_BYTES)) return false
    const { trackNumber } = readBlockHeader(start.subarray(element.headerLength))
    if (this.#wanted.has(trackNumber)) return false
    this.#stream.skip(length)
    return true
  }

  #readBlock(size: number): void {
    const block = this.#takeBlock(size)
    if (block !== null) this.#addFrames(block, { isKey: block.header.isKey, durationNs: null, discardNs: 0 })
  }

  /** A group that refers to no other block is a key (RFC 9559 §5.1.3.5.5). */
  #readGroup(size: number): void {
    const end = this.#stream.position + size
    const group: Group = { block: null, isKey: true, durationNs: null, discardNs: 0 }
    while (this.#stream.position < end) {
      const child = readElementHeader(this.#stream.peek(MAX_ELEMENT_HEADER_BYTES), 0)
      if (child === null || this.#stream.position + child.headerLength + child.size > end) {
        throw new ContainerError('malformed', 'Matroska: an element is longer than its BlockGroup')
      }
      this.#stream.skip(child.headerLength)
      this.#readOfGroup(child, group)
    }
    if (group.block !== null) this.#addFrames(group.block, group)
  }

  #readOfGroup({ id, size }: ElementHeader, group: Group): void {
    if (id === ID.block) group.block = this.#takeBlock(size)
    else if (id === ID.blockDuration) group.durationNs = this.#uint(size) * this.#scaleNs
    else if (id === ID.discardPadding) group.discardNs = Math.max(0, sintOf(this.#takeJoined(size)))
    else {
      if (id === ID.referenceBlock) group.isKey = false
      this.#stream.skip(size)
    }
  }

  /** Null, and skipped, when nobody wants it. */
  #takeBlock(size: number): Block | null {
    const header = readBlockHeader(this.#stream.peek(Math.min(size, MAX_BLOCK_HEADER_BYTES)))
    this.#stream.skip(header.headerLength)
    const dataLength = size - header.headerLength
    const track = this.#wanted.get(header.trackNumber)
    if (track === undefined) this.#stream.skip(dataLength)
    return track === undefined ? null : { header, track, data: this.#stream.take(dataLength), dataLength }
  }

  #addFrames(block: Block, facts: Pick<Frame, 'isKey' | 'durationNs' | 'discardNs'>): void {
    const { header, track } = block
    const timeNs = (this.#cluster.ticksOf(header.relativeTicks) - track.delayTicks) * this.#scaleNs
    const frames = framesIn(block)
    const count = frames.length
    const lengthNs = facts.durationNs === null ? track.frameNs : facts.durationNs / count
    for (const [index, pieces] of frames.entries()) {
      const size = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
      if (size === 0) continue
      this.#frames.push({
        trackNumber: header.trackNumber,
        timeNs: timeNs + index * (track.frameNs ?? lengthNs ?? 0),
        isKey: facts.isKey,
        durationNs: facts.durationNs === null ? null : facts.durationNs / count,
        discardNs: index === count - 1 ? facts.discardNs : 0,
        size,
        pieces,
      })
    }
  }

  #uint(size: number): number {
    return uintOf(this.#takeJoined(size))
  }

  #takeJoined(size: number): Uint8Array {
    return joined(this.#stream.take(size), size)
  }
}

/** So that a consumer sees frames while the buffered bytes are still being parsed. */
const MAX_FRAMES = 1000

interface Group {
  block: Block | null
  isKey: boolean
  durationNs: number | null
  discardNs: number
}

interface Block {
  readonly header: BlockHeader
  readonly track: WantedTrack
  readonly data: readonly Uint8Array[]
  readonly dataLength: number
}

function framesIn({ header, track, data, dataLength }: Block): (readonly Uint8Array[])[] {
  const prefix = track.strippedHeader === null ? [] : [track.strippedHeader]
  if (header.lacing === 'none') return [[...prefix, ...data]]
  const bytes = joined(data, dataLength)
  const { sizes, headerLength } = readLaces(bytes, header.lacing, dataLength)
  let at = headerLength
  return sizes.map((size) => {
    at += size
    return [...prefix, bytes.subarray(at - size, at)]
  })
}
