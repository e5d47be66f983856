import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** Windows has no such flag, nor such links for everybody. */
const NO_LINK = constants.O_NOFOLLOW ?? 0

/**
 * Opens for reading and writing, there or not, with the rights of any new file unless `mode` says less. Where a link lies in
 * its place it rejects with ELOOP: in a folder that many may write into, somebody else could have laid it to a file of ours.
 */
export function openForWriting(path: string, mode = 0o666): Promise<FileHandle> {
  return open(path, constants.O_RDWR | constants.O_CREAT | NO_LINK, mode)
}
