import { createHash } from 'node:crypto'
import type { BlobSource } from '#domain/blob-store.ts'
import { BlobDamagedError } from '#domain/errors.ts'

/** Reads the source once; hex. Rejects with BlobDamagedError when it gives another number of bytes than it said. */
export async function hashSource(source: BlobSource, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  let byteLength = 0
  for await (const bytes of source.open(signal)) {
    signal?.throwIfAborted()
    hash.update(bytes)
    byteLength += bytes.byteLength
    if (byteLength > source.byteLength) break
  }
  if (byteLength !== source.byteLength) throw anotherLength(source, byteLength)
  signal?.throwIfAborted()
  return hash.digest('hex')
}

/**
 * The bytes of a source that was hashed before. Throws BlobDamagedError in place of the last chunk when they are not the
 * same any more, so that a changed file is never sent whole.
 */
export async function* provenBytes(
  source: BlobSource,
  sha256: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let byteLength = 0
  let proven = false
  for await (const bytes of source.open(signal)) {
    hash.update(bytes)
    byteLength += bytes.byteLength
    if (byteLength > source.byteLength) throw anotherLength(source, byteLength)
    if (bytes.byteLength === 0) continue
    if (byteLength === source.byteLength) {
      if (hash.copy().digest('hex') !== sha256) throw changed(source)
      proven = true
    }
    yield bytes
  }
  if (!proven && byteLength !== source.byteLength) throw anotherLength(source, byteLength)
}

function anotherLength({ name, byteLength }: BlobSource, given: number): BlobDamagedError {
  return new BlobDamagedError(`${name} gave ${given} bytes, ${byteLength} were announced.`)
}

function changed({ name }: BlobSource): BlobDamagedError {
  return new BlobDamagedError(`${name} changed while it was being stored.`)
}
