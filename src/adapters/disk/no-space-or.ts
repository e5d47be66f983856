import { NoSpaceError } from '#domain/errors.ts'
import { isNoSpace } from './file-errors.ts'

/** What to throw for an error of the file system: NoSpaceError for a full medium, else the error itself. */
export function noSpaceOr(cause: unknown, message: string): unknown {
  if (!isNoSpace(cause)) return cause
  return new NoSpaceError(message, { fix: 'Free some space; the work goes on by itself.', cause })
}
