import { ChunkCipher } from './chunk-cipher.ts'
import { ChunkOpener } from './chunk-opener.ts'
import { ChunkRun, wholeRun } from './chunk-run.ts'
import { deriveHeader } from './derive-header.ts'
import type { MasterKey } from './master-key.ts'
import { plainHashOf, sealRun } from './seal-run.ts'
import { SEALED_HEADER_BYTES, sealedBytesOf } from './sealed-form.ts'
import { readHeader } from './sealed-header.ts'

/**
 * Seals a document small enough to be in memory. It opens again under the same name only: what lies elsewhere, or is passed
 * off as another document, is found out. The same document under the same name gives the same bytes.
 */
export function sealBytes(key: MasterKey, name: string, plain: Uint8Array): Buffer {
  const plainBytes = plain.byteLength
  const run = new ChunkRun(Buffer.alloc(sealedBytesOf(plainBytes)), wholeRun(plainBytes))
  run.fill(plain)
  const header = deriveHeader(key, { purpose: 'document', name, plainSha256: plainHashOf(run), plainBytes })
  sealRun(ChunkCipher.of(key, purposeOf(name), header), run)
  return Buffer.from(run.bytes.buffer, run.bytes.byteOffset, run.bytes.byteLength)
}

/** The document that was sealed under this name. Throws SealingError `not-sealed`, `other-key`, `changed`, `cut`. */
export function openBytes(key: MasterKey, name: string, sealed: Uint8Array): Buffer {
  const header = readHeader(key, sealed)
  const opener = new ChunkOpener(
    ChunkCipher.of(key, purposeOf(name), header),
    { first: 0, end: header.plainBytes },
    SEALED_HEADER_BYTES,
  )
  const plain = [...opener.push(sealed.subarray(SEALED_HEADER_BYTES))]
  opener.end()
  return Buffer.concat(plain)
}

function purposeOf(name: string): string {
  return `document ${name}`
}
