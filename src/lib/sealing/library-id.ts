import type { MasterKey } from './master-key.ts'

const LIBRARY_ID_BYTES = 8

/** Which library a blob belongs to, for everyone to see: 11 characters of base64url that tell nothing of the key. */
export function libraryIdOf(key: MasterKey): string {
  return key.derive('library id', LIBRARY_ID_BYTES).toString('base64url')
}
