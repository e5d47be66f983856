import { ContainerError } from '../container-error.ts'
import type { BlockHeader } from './block-header.ts'
import { readVint } from './ebml-element.ts'

/** Several frames in one block (RFC 9559 §10.3): how long each is, and where the first one begins. */
export interface Laces {
  readonly sizes: readonly number[]
  readonly headerLength: number
}

/**
 * The sizes at the head of a laced block. `data` begins behind the block header and holds at least the sizes;
 * `dataLength` counts to the end of the block. Throws `malformed` when the sizes do not fill the block exactly.
 */
export function readLaces(data: Uint8Array, lacing: BlockHeader['lacing'], dataLength: number): Laces {
  const count = 1 + (data[0] ?? 0)
  const head = lacing === 'xiph' ? xiphSizes(data, count) : lacing === 'ebml' ? ebmlSizes(data, count) : null
  const headerLength = head?.end ?? 1
  const left = dataLength - headerLength
  const sizes = head === null ? Array.from({ length: count }, () => left / count) : withLast(head.sizes, left)
  if (dataLength < 1 || sizes.some((size) => size < 0 || !Number.isInteger(size))) throw malformed()
  return { sizes, headerLength }
}

interface Head {
  /** Of all frames but the last. */
  readonly sizes: readonly number[]
  readonly end: number
}

function withLast(sizes: readonly number[], left: number): number[] {
  return [...sizes, sizes.reduce((rest, size) => rest - size, left)]
}

function xiphSizes(data: Uint8Array, count: number): Head {
  const sizes: number[] = []
  let end = 1
  while (sizes.length < count - 1) {
    let size = 0
    let byte = 255
    while (byte === 255) {
      if (end >= data.byteLength) throw malformed()
      byte = data[end++] ?? 0
      size += byte
    }
    sizes.push(size)
  }
  return { sizes, end }
}

/** The first size is plain, the others are differences: variable-size integers whose middle is zero. */
function ebmlSizes(data: Uint8Array, count: number): Head {
  const sizes: number[] = []
  let end = 1
  while (sizes.length < count - 1) {
    const number = readVint(data, end)
    if (number === null) throw malformed()
    const before = sizes.at(-1)
    sizes.push(before === undefined ? number.value : before + number.value - (2 ** (7 * number.length - 1) - 1))
    end += number.length
  }
  return { sizes, end }
}

function malformed(): ContainerError {
  return new ContainerError('malformed', 'Matroska: the frames of a block do not fill it')
}
