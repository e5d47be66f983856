import { ChunkCipher } from './chunk-cipher.ts'
import { ChunkOpener } from './chunk-opener.ts'
import { ChunkSealer } from './chunk-sealer.ts'
import { deriveHeader } from './derive-header.ts'
import type { MasterKey } from './master-key.ts'
import { PlainFingerprint } from './plain-fingerprint.ts'
import { SEALED_HEADER_BYTES } from './sealed-form.ts'
import { readHeader } from './sealed-header.ts'

/**
 * Seals a document small enough to be in memory. It opens again under the same name only: what lies elsewhere, or is passed
 * off as another document, is found out. The same document under the same name gives the same bytes.
 */
export function sealBytes(key: MasterKey, name: string, plain: Uint8Array): Buffer {
  const fingerprint = new PlainFingerprint()
  fingerprint.add(plain)
  const header = deriveHeader(key, { purpose: 'document', name, fingerprint })
  const sealer = new ChunkSealer(new ChunkCipher(key, purposeOf(name), header), fingerprint)
  return Buffer.concat([...sealer.push(plain), ...sealer.finish()])
}

/** The document that was sealed under this name. Throws SealingError `not-sealed`, `other-key`, `changed`, `cut`. */
export function openBytes(key: MasterKey, name: string, sealed: Uint8Array): Buffer {
  const header = readHeader(key, sealed)
  const opener = new ChunkOpener(
    new ChunkCipher(key, purposeOf(name), header),
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
