import { createHash, webcrypto } from 'node:crypto'
import type { Sha256 } from '#domain/hashing.ts'

/** In a thread of its own: for whole pieces. */
export const sha256: Sha256 = async (bytes) => {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('hex')
}

/** For bytes that come one piece after another. */
export function newSha256() {
  return createHash('sha256')
}
