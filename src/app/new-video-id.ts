import { createHash, randomBytes } from 'node:crypto'
import type { VideoId } from '#domain/ids.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const ID_LETTERS = 16

/** 16 letters and digits, 95 bits. The same upload gives the same id, so that registering it twice makes one video. */
export function newVideoId(uploadId?: string): VideoId {
  const bytes = uploadId === undefined ? randomBytes(32) : createHash('sha256').update(`upload ${uploadId}`).digest()
  return Array.from(bytes.subarray(0, ID_LETTERS), (byte) => LETTERS[byte % LETTERS.length]).join('') as VideoId
}
