import type { BlobRef, BlobStore, ByteRange } from '#domain/blob-store.ts'
import { BlobDamagedError } from '#domain/errors.ts'
import type { Sha256 } from '#domain/hashing.ts'
import type { Slice } from '#domain/video.ts'
import {
  PACK_HEADER_BYTES,
  PACK_TRAILER_BYTES,
  type PackEntry,
  PackFormatError,
  type PackHeader,
  readPackHeader,
  readPackTable,
  readPackTrailer,
} from '#lib/pack-file/pack-file.ts'

export interface PackContents {
  readonly header: PackHeader
  readonly entries: readonly PackEntry[]
  /** SHA-256 of the table. */
  readonly digest: string
  readonly byteLength: number
}

export interface PackReadPorts {
  readonly blobs: BlobStore
  readonly sha256: Sha256
}

/** A stored pack whose header and table are known. */
export interface OpenedPack extends PackContents {
  readonly ref: BlobRef
  /** The bytes of one entry. Rejects with BlobDamagedError when they are not what the table, or whoever asks, says. */
  entry(entry: Pick<PackEntry, 'name' | 'offset' | 'length' | 'sha256'>): Promise<Uint8Array>
}

/**
 * Reads header and table of a stored pack; of a store that reads only whole blobs, the whole, once. Rejects with
 * BlobDamagedError when they are not what they say.
 */
export async function openStoredPack(ref: BlobRef, ports: PackReadPorts, signal: AbortSignal): Promise<OpenedPack> {
  const { byteLength, read } = await reading(ref, ports.blobs, signal)
  const contents = await readContents(ref, byteLength, read, ports.sha256)
  return {
    ...contents,
    ref,
    entry: async ({ name, offset, length, sha256 }) => {
      const bytes = await read(offset, length)
      if ((await ports.sha256(bytes)) !== sha256) throw new BlobDamagedError(`${name} in ${ref} is damaged.`)
      return bytes
    },
  }
}

/** The bytes of one slice. Rejects with BlobDamagedError when they are not those that were stored. */
export async function readStoredSlice(
  ref: BlobRef,
  { offset, length, sha256 }: Slice,
  ports: PackReadPorts,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const range = { first: offset, last: offset + length - 1 }
  const bytes = length === 0 ? new Uint8Array(0) : await allBytes(ref, ports.blobs, signal, range)
  if ((await ports.sha256(bytes)) !== sha256)
    throw new BlobDamagedError(`Bytes from ${offset} on in ${ref} are damaged.`)
  return bytes
}

type Read = (offset: number, length: number) => Promise<Uint8Array>

async function reading(
  ref: BlobRef,
  blobs: BlobStore,
  signal: AbortSignal,
): Promise<{ readonly byteLength: number; readonly read: Read }> {
  if (blobs.limits.wholeReads) {
    const bytes = await allBytes(ref, blobs, signal)
    const read: Read = async (offset, length) => {
      if (offset + length > bytes.byteLength) throw new BlobDamagedError(`${ref} has only ${bytes.byteLength} bytes.`)
      return bytes.subarray(offset, offset + length)
    }
    return { byteLength: bytes.byteLength, read }
  }
  const byteLength = (await blobs.size(ref, signal)) ?? 0
  const read: Read = async (offset, length) => {
    if (length === 0) return new Uint8Array(0)
    return await allBytes(ref, blobs, signal, { first: offset, last: offset + length - 1 })
  }
  return { byteLength, read }
}

async function readContents(
  ref: BlobRef,
  byteLength: number,
  read: Read,
  sha256: PackReadPorts['sha256'],
): Promise<PackContents> {
  if (byteLength < PACK_HEADER_BYTES + PACK_TRAILER_BYTES) throw new BlobDamagedError(`${ref} has ${byteLength} bytes.`)
  try {
    const header = readPackHeader(await read(0, PACK_HEADER_BYTES))
    const trailer = await read(byteLength - PACK_TRAILER_BYTES, PACK_TRAILER_BYTES)
    const { tableOffset, tableBytes, tableSha256 } = readPackTrailer(trailer, byteLength)
    const table = await read(tableOffset, tableBytes)
    if ((await sha256(table)) !== tableSha256) throw new BlobDamagedError(`The table of ${ref} is damaged.`)
    return { header, entries: readPackTable(table), digest: tableSha256, byteLength }
  } catch (cause) {
    if (cause instanceof PackFormatError) throw new BlobDamagedError(`${ref} is damaged: ${cause.message}`, { cause })
    throw cause
  }
}

async function allBytes(ref: BlobRef, blobs: BlobStore, signal: AbortSignal, range?: ByteRange): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await blobs.get(ref, { ...(range && { range }), signal })) chunks.push(chunk)
  return joinBytes(chunks)
}

/** One after another, in memory of their own. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const [only, more] = pieces
  if (only && !more) return only
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.byteLength
  }
  return bytes
}
