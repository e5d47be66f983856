import { createHash } from 'node:crypto'
import type { ChunkCipher } from './chunk-cipher.ts'
import type { ChunkRun } from './chunk-run.ts'
import { TAG_BYTES } from './sealed-form.ts'

/** SHA-256 of the plain bytes of a run that is full and not sealed yet. */
export function plainHashOf(run: ChunkRun): Buffer {
  const hash = createHash('sha256')
  for (const { body } of run.chunks()) hash.update(body)
  return hash.digest()
}

/**
 * Seals a full run where it lies. Returns the tags of its chunks, one after another: chunks that have the same tags under
 * the same cipher are the same chunks.
 */
export function sealRun(cipher: ChunkCipher, run: ChunkRun): Buffer {
  const { firstChunk, endChunk } = run.place
  const tags = Buffer.alloc((endChunk - firstChunk) * TAG_BYTES)
  if (firstChunk === 0) run.bytes.set(cipher.header.bytes)
  for (const { chunk, body, tag } of run.chunks()) {
    const sealing = cipher.sealing(chunk)
    body.set(sealing.update(body))
    sealing.final()
    const made = sealing.getAuthTag()
    tag.set(made)
    tags.set(made, (chunk - firstChunk) * TAG_BYTES)
  }
  return tags
}
