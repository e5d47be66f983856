import { createDecipheriv } from 'node:crypto'

/**
 * AES-128 in CBC mode with PKCS#7 padding (RFC 8216 §5.2). `ivHex`: 32 hex digits. `final` throws when the padding is wrong.
 */
export function aes128CbcDecipher(
  key: Uint8Array,
  ivHex: string,
): { update(chunk: Uint8Array): Uint8Array; final(): Uint8Array } {
  return createDecipheriv('aes-128-cbc', key, Buffer.from(ivHex, 'hex'))
}
