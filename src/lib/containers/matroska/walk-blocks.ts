import { ContainerError } from '../container-error.ts'
import type { RandomAccess } from '../random-access.ts'
import { type BlockHeader, MAX_BLOCK_HEADER_BYTES, readBlockHeader } from './block-header.ts'
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
import { WindowReader } from './window-reader.ts'

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

/**
 * The blocks from a Cluster on to the end of the Segment, in the order of the file, found by reading headers and jumping
 * over payload. With `relativePosition` it begins at that byte of the Cluster's body. A block that the file cuts off is
 * the end. Rejects with `malformed` where no Cluster or no block stands.
 */
export async function* walkBlocks(
  file: RandomAccess,
  mkv: MatroskaFile,
  clusterAt: number,
  relativePosition: number | null = null,
): AsyncGenerator<BlockPlace> {
  const walk = new Walk(new WindowReader(file, READ_AHEAD_BYTES), relativePosition)
  let at = clusterAt
  while (at < mkv.segmentEnd) {
    const element = readElementHeader(await walk.reader.read(at, MAX_ELEMENT_HEADER_BYTES), 0)
    const isCutOff = element !== null && element.id !== ID.cluster && endOf(element, at) > mkv.segmentEnd
    if (element === null || isCutOff) return
    const { next, block } = await walk.step(element, at)
    if (next === null) return
    if (block !== null) yield block
    at = next
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

class Walk {
  readonly reader: WindowReader
  readonly #cluster = new ClusterState()
  #jumpTo: number | null
  #withoutBlock = 0

  constructor(reader: WindowReader, jumpTo: number | null) {
    this.reader = reader
    this.#jumpTo = jumpTo
  }

  async step(element: ElementHeader, at: number): Promise<Step> {
    const bodyAt = at + element.headerLength
    const end = bodyAt + element.size
    if (this.#withoutBlock++ === MAX_OTHERS) throw malformed(`${MAX_OTHERS} elements without a block`)
    switch (this.#cluster.step(element, at)) {
      case 'enter':
        return { next: bodyAt, block: null }
      case 'timestamp':
        return { next: await this.#readTime(bodyAt, end), block: null }
      case 'block': {
        const block = await this.#readBlock(bodyAt, end)
        return { next: end, block: block && { ...block, at, end } }
      }
      case 'group': {
        const block = await this.#readGroup(bodyAt, end)
        return { next: end, block: block && { ...block, at, end } }
      }
      case 'skip':
        return { next: end, block: null }
      case 'stop':
        return { next: null, block: null }
    }
  }

  async #readTime(bodyAt: number, end: number): Promise<number> {
    this.#cluster.setTicks(uintOf(await this.reader.read(bodyAt, Math.min(end - bodyAt, MAX_ELEMENT_HEADER_BYTES))))
    const next = this.#jumpTo === null ? end : this.#cluster.bodyAt + this.#jumpTo
    this.#jumpTo = null
    return next
  }

  async #readBlock(bodyAt: number, end: number): Promise<BlockFacts> {
    this.#withoutBlock = 0
    const header = readBlockHeader(await this.reader.read(bodyAt, Math.min(end - bodyAt, MAX_BLOCK_HEADER_BYTES)))
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
  async #readGroup(bodyAt: number, end: number): Promise<BlockFacts | null> {
    const group: Group = { block: null, isKey: true, durationTicks: null }
    let at = bodyAt
    for (let children = 0; at < end; children++) {
      const child = readElementHeader(await this.reader.read(at, MAX_ELEMENT_HEADER_BYTES), 0)
      if (child === null || children === MAX_OTHERS) throw malformed('a BlockGroup of thousands of elements')
      const childBody = at + child.headerLength
      at = childBody + child.size
      if (at > end) throw malformed('an element is longer than its BlockGroup')
      await this.#readOfGroup(child, childBody, group)
    }
    const { block, ...facts } = group
    return block && { ...block, ...facts }
  }

  async #readOfGroup({ id, size }: ElementHeader, bodyAt: number, group: Group): Promise<void> {
    if (id === ID.block) group.block = await this.#readBlock(bodyAt, bodyAt + size)
    else if (id === ID.referenceBlock) group.isKey = false
    else if (id === ID.blockDuration) {
      group.durationTicks = uintOf(await this.reader.read(bodyAt, Math.min(size, MAX_ELEMENT_HEADER_BYTES)))
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
