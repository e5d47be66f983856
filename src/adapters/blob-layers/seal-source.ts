import type { BlobSource } from '#domain/blob-store.ts'
import { BlobDamagedError } from '#domain/errors.ts'
import type { ChunkCipher } from '#lib/sealing/chunk-cipher.ts'
import { ChunkSealer } from '#lib/sealing/chunk-sealer.ts'
import { PlainFingerprint } from '#lib/sealing/plain-fingerprint.ts'
import { sealedBytesOf } from '#lib/sealing/sealed-form.ts'
import { damageOf } from './damage-of.ts'

/** Reads the source once. Rejects with BlobDamagedError when it gives another number of bytes than it said. */
export async function fingerprintOf(source: BlobSource, signal?: AbortSignal): Promise<PlainFingerprint> {
  const fingerprint = new PlainFingerprint()
  for await (const bytes of source.open(signal)) {
    signal?.throwIfAborted()
    fingerprint.add(bytes)
    if (fingerprint.byteLength > source.byteLength) break
  }
  signal?.throwIfAborted()
  if (fingerprint.byteLength === source.byteLength) return fingerprint
  const gave = fingerprint.byteLength > source.byteLength ? 'more' : `${fingerprint.byteLength}`
  throw new BlobDamagedError(`${source.name} gave ${gave} bytes, ${source.byteLength} were announced.`)
}

/** The same source, sealed while it is read. It has no path: the bytes of that file are not the ones to be stored. */
export function sealedSource(source: BlobSource, cipher: ChunkCipher, fingerprint: PlainFingerprint): BlobSource {
  return {
    name: source.name,
    byteLength: sealedBytesOf(source.byteLength),
    // A chunk sealed again must have the tag it had before.
    provesItself: true,
    open: (signal) => seal(source.open(signal), new ChunkSealer(cipher, fingerprint)),
  }
}

async function* seal(plain: AsyncIterable<Uint8Array>, sealer: ChunkSealer): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of plain) for (const sealed of sealer.push(bytes)) yield sealed
    for (const sealed of sealer.finish()) yield sealed
  } catch (error) {
    throw damageOf(error)
  }
}
