import { createHmac } from 'node:crypto'
import type { MasterKey } from './master-key.ts'
import { PREFIX_BYTES, SALT_BYTES, type SealedHeader, writeHeader } from './sealed-header.ts'

const SECRET_BYTES = 32

export interface WhatIsSealed {
  readonly purpose: string
  readonly name: string
  readonly plainSha256: Uint8Array
  readonly plainBytes: number
}

/**
 * The header for these plain bytes under this name. Salt and nonce prefix come from a keyed hash of all of it: the same
 * bytes sealed again are the same sealed bytes, other bytes or another name get another key, and nobody without the
 * master key can tell which bytes they are.
 */
export function deriveHeader(key: MasterKey, { purpose, name, plainSha256, plainBytes }: WhatIsSealed): SealedHeader {
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(plainBytes))
  const unique = createHmac('sha256', key.derive('salt', SECRET_BYTES))
    .update(plainSha256)
    .update(length)
    .update(`${purpose}\0${name}`)
    .digest()
  return writeHeader(key, {
    salt: unique.subarray(0, SALT_BYTES),
    prefix: unique.subarray(SALT_BYTES, SALT_BYTES + PREFIX_BYTES),
    plainBytes,
  })
}
