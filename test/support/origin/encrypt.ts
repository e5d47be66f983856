import { createCipheriv } from 'node:crypto'

/** AES-128 of HLS: the whole segment, CBC, PKCS7 (RFC 8216 §4.3.2.4). */
export function encryptSegment(bytes: Uint8Array, key: Buffer, iv: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-cbc', key, iv)
  return Buffer.concat([cipher.update(bytes), cipher.final()])
}

/** The IV of a segment whose playlist names none: its media sequence number, big-endian. */
export function ivOfMsn(msn: number): Buffer {
  const iv = Buffer.alloc(16)
  iv.writeBigUInt64BE(BigInt(msn), 8)
  return iv
}
