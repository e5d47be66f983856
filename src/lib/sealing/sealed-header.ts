import type { MasterKey } from './master-key.ts'
import { CHUNK_BYTES, SEALED_HEADER_BYTES } from './sealed-form.ts'
import { SealingError } from './sealing-error.ts'

/** 4 magic · 1 version · 7 nonce prefix · 16 salt · 4 key id · 8 length of the plain bytes; numbers are big-endian. */
const AT = { version: 4, prefix: 5, salt: 12, keyId: 28, length: 32 } as const

const MAGIC = Buffer.from('TRSE', 'latin1')
const VERSION = 1

/** The number of a chunk has four bytes in the nonce. */
const MAX_PLAIN_BYTES = 2 ** 32 * CHUNK_BYTES

export const PREFIX_BYTES = AT.salt - AT.prefix
export const SALT_BYTES = AT.keyId - AT.salt

export interface SealedHeader {
  /** As it is stored: what every chunk is bound to. */
  readonly bytes: Buffer
  readonly prefix: Uint8Array
  readonly salt: Uint8Array
  readonly plainBytes: number
}

/** The header of `plainBytes` bytes that this key seals. */
export function writeHeader(
  key: MasterKey,
  { prefix, salt, plainBytes }: Pick<SealedHeader, 'prefix' | 'salt' | 'plainBytes'>,
): SealedHeader {
  const bytes = Buffer.alloc(SEALED_HEADER_BYTES)
  bytes.set(MAGIC)
  bytes[AT.version] = VERSION
  bytes.set(prefix, AT.prefix)
  bytes.set(salt, AT.salt)
  bytes.set(keyIdOf(key), AT.keyId)
  bytes.writeBigUInt64BE(BigInt(plainBytes), AT.length)
  return { bytes, prefix, salt, plainBytes }
}

/**
 * What the first 40 bytes say. Nothing of it is proved before a chunk has been opened with it.
 * Throws SealingError `cut`, `not-sealed`, `other-key`.
 */
export function readHeader(key: MasterKey, sealed: Uint8Array): SealedHeader {
  if (sealed.byteLength < SEALED_HEADER_BYTES) throw new SealingError('cut', 'The sealed bytes end in their header.')
  const bytes = Buffer.from(sealed.subarray(0, SEALED_HEADER_BYTES))
  if (!bytes.subarray(0, AT.version).equals(MAGIC)) throw new SealingError('not-sealed', 'These bytes are not sealed.')
  if (bytes[AT.version] !== VERSION) {
    throw new SealingError('not-sealed', `These bytes are sealed in version ${bytes[AT.version]}, not ${VERSION}.`)
  }
  if (!bytes.subarray(AT.keyId, AT.length).equals(keyIdOf(key))) {
    throw new SealingError('other-key', 'These bytes were sealed with another key.')
  }
  const plainBytes = Number(bytes.readBigUInt64BE(AT.length))
  if (plainBytes > MAX_PLAIN_BYTES) throw new SealingError('changed', 'The sealed bytes claim an impossible length.')
  return { bytes, prefix: bytes.subarray(AT.prefix, AT.salt), salt: bytes.subarray(AT.salt, AT.keyId), plainBytes }
}

/** Tells "another key" from "damaged" before anything is opened; says nothing of the key itself. */
function keyIdOf(key: MasterKey): Buffer {
  return key.derive('key id', AT.length - AT.keyId)
}
