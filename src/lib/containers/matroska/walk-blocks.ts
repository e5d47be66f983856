import { ContainerError } from '../container-error.ts'
import type { RandomAccess } from '../random-access.ts'
import { type Asking, answered } from './asking.ts'
import { type BlockHeader, MAX_BLOCK_HEADER_BYTES, readBlockHeader } from './block-header.ts'
import { ByteWindow } from './byte-window.ts'
import { ClusterState, type ClusterStep } from './cluster-state.ts'
import {
  type ElementHeader,
  MAX_ELEMENT_HEADER_BYTES,
  readElementHeader,
  UNKNOWN_SIZE,
  uintOf,
} from './ebml-element.ts'
import { ID } from './element-id.ts'
import type { MatroskaFile } from './matroska-file.ts'

/** Where a block is and what its header says. */
export interface BlockPlace {
  /** Of the SimpleBlock or BlockGroup. */
  readonly at: number
  /** Behind it. */
  readonly end: number
  readonly trackNumber: number
  /** Of the file, CodecDelay not yet taken off. */
  readonly ticks: number
  readonly isKey: boolean
  readonly durationTicks: number | null
  /** First byte behind the block's header. */
  readonly dataAt: number
  readonly lacing: BlockHeader['lacing']
}

/** Where a walk begins and how. */
interface WalkStart {
  readonly clusterAt: number
  /** That byte of the Cluster's body, or its first when not known. */
  readonly relativePosition?: number | null
  /** Read at a time, at least. */
  readonly readAheadBytes?: number
}

/** `BlockWalk` for whoever takes one block after another. */
export async function* walkBlocks(
  file: RandomAccess,
  mkv: MatroskaFile,
  clusterAt: number,
  relativePosition: number | null = null,
): AsyncGenerator<BlockPlace> {
  const walk = new BlockWalk(file.size, mkv, { clusterAt, relativePosition })
  for (let block = await answered(file, walk.next()); block !== null; block = await answered(file, walk.next())) {
    yield block
  }
}

/** Elements in a row that are no blocks; each costs a read. */
const MAX_OTHERS = 10_000

/** An element of unknown size cannot be cut off. */
function endOf(element: ElementHeader, at: number): number {
  return element.size === UNKNOWN_SIZE ? at : at + element.headerLength + element.size
}

/** Blocks of film are kilobytes apart: a larger window would be thrown away. Holds a BlockGroup's and a block's header. */
const READ_AHEAD_BYTES = 64

type BlockFacts = Omit<BlockPlace, 'at' | 'end'>

/**
 * The blocks from a Cluster on to the end of the Segment, in the order of the file, found by reading headers and jumping
 * over payload. A block that the file cuts off is the end. Throws `malformed` where no Cluster or no block stands.
 */
export class BlockWalk {
  readonly #window: ByteWindow
  readonly #segmentEnd: number
  readonly #cluster = new ClusterState()
  #at: number
  #jumpTo: number | null
  #withoutBlock = 0

  constructor(fileSize: number, mkv: MatroskaFile, start: WalkStart) {
    this.#window = new ByteWindow(fileSize, start.readAheadBytes ?? READ_AHEAD_BYTES)
    this.#segmentEnd = mkv.segmentEnd
    this.#at = start.clusterAt
    this.#jumpTo = start.relativePosition ?? null
  }

  /** The next block, or null behind the last one. Thousands of walks are made at once: what is at hand costs no generator. */
  *next(): Asking<BlockPlace | null> {
    const window = this.#window
    while (this.#at < this.#segmentEnd) {
      const at = this.#at
      const head = window.peek(at, MAX_ELEMENT_HEADER_BYTES) ?? (yield* window.read(at, MAX_ELEMENT_HEADER_BYTES))
      const element = readElementHeader(head, 0)
      const step = this.#stepOf(element, at)
      if (element === null || step === 'stop') break
      this.#at = at + element.headerLength
      if (step === 'enter') continue
      this.#at += element.size
      if (step === 'skip') continue
      const block = yield* this.#open(step, element, at)
      if (block !== null) return block
    }
    this.#at = this.#segmentEnd
    return null
  }

  *#open(step: 'timestamp' | 'block' | 'group', element: ElementHeader, at: number): Asking<BlockPlace | null> {
    const bodyAt = at + element.headerLength
    const end = bodyAt + element.size
    if (step === 'timestamp') {
      const length = Math.min(element.size, MAX_ELEMENT_HEADER_BYTES)
      this.#takeTime(this.#window.peek(bodyAt, length) ?? (yield* this.#window.read(bodyAt, length)), end)
      return null
    }
    const block = step === 'block' ? yield* this.#readBlock(bodyAt, end) : yield* this.#readGroup(bodyAt, end)
    return block && { ...block, at, end }
  }

  #stepOf(element: ElementHeader | null, at: number): ClusterStep {
    if (element === null) return 'stop'
    const isCutOff = element.id !== ID.cluster && endOf(element, at) > this.#segmentEnd
    if (isCutOff) return 'stop'
    if (this.#withoutBlock++ === MAX_OTHERS) throw malformed(`${MAX_OTHERS} elements without a block`)
    return this.#cluster.step(element, at)
  }

  #takeTime(body: Uint8Array, end: number): void {
    this.#cluster.setTicks(uintOf(body))
    this.#at = this.#jumpTo === null ? end : this.#cluster.bodyAt + this.#jumpTo
    this.#jumpTo = null
  }

  *#readBlock(bodyAt: number, end: number): Asking<BlockFacts> {
    this.#withoutBlock = 0
    const length = Math.min(end - bodyAt, MAX_BLOCK_HEADER_BYTES)
    const header = readBlockHeader(this.#window.peek(bodyAt, length) ?? (yield* this.#window.read(bodyAt, length)))
    return {
      trackNumber: header.trackNumber,
      ticks: this.#cluster.ticksOf(header.relativeTicks),
      isKey: header.isKey,
      durationTicks: null,
      dataAt: bodyAt + header.headerLength,
      lacing: header.lacing,
    }
  }

  /** Null for a group without a block. A group that refers to no other block is a key (RFC 9559 §5.1.3.5.5). */
  *#readGroup(bodyAt: number, end: number): Asking<BlockFacts | null> {
    const group: Group = { block: null, isKey: true, durationTicks: null }
    let at = bodyAt
    for (let children = 0; at < end; children++) {
      const child = readElementHeader(yield* this.#window.read(at, MAX_ELEMENT_HEADER_BYTES), 0)
      if (child === null || children === MAX_OTHERS) throw malformed('a BlockGroup of thousands of elements')
      const childBody = at + child.headerLength
      at = childBody + child.size
      if (at > end) throw malformed('an element is longer than its BlockGroup')
      yield* this.#readOfGroup(child, childBody, group)
    }
    const { block, ...facts } = group
    return block && { ...block, ...facts }
  }

  *#readOfGroup({ id, size }: ElementHeader, bodyAt: number, group: Group): Asking<void> {
    if (id === ID.block) group.block = yield* this.#readBlock(bodyAt, bodyAt + size)
    else if (id === ID.referenceBlock) group.isKey = false
    else if (id === ID.blockDuration) {
      group.durationTicks = uintOf(yield* this.#window.read(bodyAt, Math.min(size, MAX_ELEMENT_HEADER_BYTES)))
    }
  }
}

interface Group {
  block: BlockFacts | null
  isKey: boolean
  durationTicks: number | null
}

function malformed(what: string): ContainerError {
  return new ContainerError('malformed', `Matroska: ${what}`)
}
