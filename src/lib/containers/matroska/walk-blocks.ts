import { ContainerError } from '../container-error.ts'
import type { RandomAccess } from '../random-access.ts'
import { type Asking, answered } from './asking.ts'
import { type BlockHeader, MAX_BLOCK_HEADER_BYTES, readBlockHeader } from './block-header.ts'
import { ByteWindow } from './byte-window.ts'
import { ClusterState } from './cluster-state.ts'
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
export interface WalkStart {
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

/** What was met: a block or nothing of interest, and where to go on; null says nowhere. */
interface Step {
  readonly next: number | null
  readonly block: BlockPlace | null
}

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

  /** The next block, or null behind the last one. */
  *next(): Asking<BlockPlace | null> {
    while (this.#at < this.#segmentEnd) {
      const element = readElementHeader(yield* this.#window.read(this.#at, MAX_ELEMENT_HEADER_BYTES), 0)
      const isCutOff = element !== null && element.id !== ID.cluster && endOf(element, this.#at) > this.#segmentEnd
      if (element === null || isCutOff) break
      const { next, block } = yield* this.#step(element, this.#at)
      if (next === null) break
      this.#at = next
      if (block !== null) return block
    }
    this.#at = this.#segmentEnd
    return null
  }

  *#step(element: ElementHeader, at: number): Asking<Step> {
    const bodyAt = at + element.headerLength
    const end = bodyAt + element.size
    if (this.#withoutBlock++ === MAX_OTHERS) throw malformed(`${MAX_OTHERS} elements without a block`)
    switch (this.#cluster.step(element, at)) {
      case 'enter':
        return { next: bodyAt, block: null }
      case 'timestamp':
        return { next: yield* this.#readTime(bodyAt, end), block: null }
      case 'block': {
        const block = yield* this.#readBlock(bodyAt, end)
        return { next: end, block: block && { ...block, at, end } }
      }
      case 'group': {
        const block = yield* this.#readGroup(bodyAt, end)
        return { next: end, block: block && { ...block, at, end } }
      }
      case 'skip':
        return { next: end, block: null }
      case 'stop':
        return { next: null, block: null }
    }
  }

  *#readTime(bodyAt: number, end: number): Asking<number> {
    this.#cluster.setTicks(uintOf(yield* this.#window.read(bodyAt, Math.min(end - bodyAt, MAX_ELEMENT_HEADER_BYTES))))
    const next = this.#jumpTo === null ? end : this.#cluster.bodyAt + this.#jumpTo
    this.#jumpTo = null
    return next
  }

  *#readBlock(bodyAt: number, end: number): Asking<BlockFacts> {
    this.#withoutBlock = 0
    const header = readBlockHeader(yield* this.#window.read(bodyAt, Math.min(end - bodyAt, MAX_BLOCK_HEADER_BYTES)))
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
