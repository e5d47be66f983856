import type { BlobRef, BlobStore } from '#domain/blob-store.ts'
import { BlobDamagedError } from '#domain/errors.ts'
import type { Sha256 } from '#domain/hashing.ts'
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

/** Header and table of a stored pack, without its payload. Rejects with BlobDamagedError when they are not what they say. */
export async function readPackContents(ref: BlobRef, ports: PackReadPorts, signal: AbortSignal): Promise<PackContents> {
  const byteLength = (await ports.blobs.size(ref, signal)) ?? 0
  if (byteLength < PACK_HEADER_BYTES + PACK_TRAILER_BYTES) throw new BlobDamagedError(`${ref} has ${byteLength} bytes.`)
  const read = (offset: number, length: number) => readBytes(ref, offset, length, ports.blobs, signal)
  try {
    const header = readPackHeader(await read(0, PACK_HEADER_BYTES))
    const trailer = await read(byteLength - PACK_TRAILER_BYTES, PACK_TRAILER_BYTES)
    const { tableOffset, tableBytes, tableSha256 } = readPackTrailer(trailer, byteLength)
    const table = await read(tableOffset, tableBytes)
    if ((await ports.sha256(table)) !== tableSha256) throw new BlobDamagedError(`The table of ${ref} is damaged.`)
    return { header, entries: readPackTable(table), digest: tableSha256, byteLength }
  } catch (cause) {
    if (cause instanceof PackFormatError) throw new BlobDamagedError(`${ref} is damaged: ${cause.message}`, { cause })
    throw cause
  }
}

/** The bytes of one entry. Rejects with BlobDamagedError when they are not what the table says. */
export async function readPackEntry(
  ref: BlobRef,
  { name, offset, length, sha256 }: PackEntry,
  ports: PackReadPorts,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = await readBytes(ref, offset, length, ports.blobs, signal)
  if ((await ports.sha256(bytes)) !== sha256) throw new BlobDamagedError(`${name} in ${ref} is damaged.`)
  return bytes
}

async function readBytes(
  ref: BlobRef,
  offset: number,
  length: number,
  blobs: BlobStore,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  if (length === 0) return bytes
  let at = 0
  for await (const chunk of await blobs.get(ref, { range: { first: offset, last: offset + length - 1 }, signal })) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
