import type { ByteRange } from '#domain/blob-store.ts'
import { BlobDamagedError } from '#domain/errors.ts'
import type { ChunkCipher } from '#lib/sealing/chunk-cipher.ts'
import { ChunkOpener, type PlainSpan } from '#lib/sealing/chunk-opener.ts'
import { HeaderFirstOpener } from '#lib/sealing/header-first-opener.ts'
import {
  CHUNK_BYTES,
  chunkCountOf,
  SEALED_HEADER_BYTES,
  sealedBytesOf,
  sealedOffsetOf,
} from '#lib/sealing/sealed-form.ts'
import { damageOf } from './damage-of.ts'

interface Opening {
  readonly range?: ByteRange | undefined
  /** Where the plain bytes are wanted, else in memory of their own. */
  readonly into?: Uint8Array | undefined
  onFailure?(): void
}

/** The sealed bytes of all chunks that the range touches. Throws BlobDamagedError when it reaches beyond the end. */
export function sealedRangeOf({ header: { plainBytes } }: ChunkCipher, range: ByteRange): ByteRange {
  const { first, end } = spanOf(plainBytes, range)
  const last = Math.min(sealedOffsetOf(chunkCountOf(end)), sealedBytesOf(plainBytes)) - 1
  return { first: sealedOffsetOf(Math.floor(first / CHUNK_BYTES)), last }
}

/** Opens what a store gave for `sealedRangeOf(cipher, range)`. */
export function openRange(
  sealed: AsyncIterable<Uint8Array>,
  cipher: ChunkCipher,
  opening: Opening & { readonly range: ByteRange },
): AsyncIterable<Uint8Array> {
  const { first } = sealedRangeOf(cipher, opening.range)
  return open(sealed, new ChunkOpener(cipher, spanOf(cipher.header.plainBytes, opening.range), first), opening)
}

/** Opens a blob that comes from its first byte on. Without a range it is read to its end, so that surplus is found. */
export function openFromStart(
  sealed: AsyncIterable<Uint8Array>,
  cipherOf: (header: Uint8Array) => ChunkCipher,
  opening: Opening,
): AsyncIterable<Uint8Array> {
  const opener = new HeaderFirstOpener((header) => {
    const cipher = cipherOf(header)
    return new ChunkOpener(cipher, spanOf(cipher.header.plainBytes, opening.range), SEALED_HEADER_BYTES)
  })
  return open(sealed, opener, opening)
}

function spanOf(plainBytes: number, range: ByteRange | undefined): PlainSpan {
  if (!range) return { first: 0, end: plainBytes }
  if (range.last >= plainBytes) throw new BlobDamagedError(`The blob has ${plainBytes} bytes, not ${range.last + 1}.`)
  return { first: range.first, end: range.last + 1 }
}

async function* open(
  sealed: AsyncIterable<Uint8Array>,
  opener: Pick<ChunkOpener, 'isDone' | 'push' | 'end'>,
  { range, into, onFailure }: Opening,
): AsyncGenerator<Uint8Array> {
  let placed = 0
  try {
    for await (const piece of sealed) {
      for (const plain of opener.push(piece)) {
        yield place(plain, into, placed)
        placed += plain.byteLength
      }
      if (range && opener.isDone) return
    }
    opener.end()
  } catch (error) {
    onFailure?.()
    throw damageOf(error)
  }
}

/** Node decrypts into memory of its own; this is the one copy that whoever handed in memory is spared. */
function place(plain: Uint8Array, into: Uint8Array | undefined, at: number): Uint8Array {
  if (!into || at + plain.byteLength > into.byteLength) return plain
  into.set(plain, at)
  return into.subarray(at, at + plain.byteLength)
}
