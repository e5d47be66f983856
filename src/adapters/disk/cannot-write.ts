import { InvalidInputError, NoSpaceError, type ProductError } from '#domain/errors.ts'
import { isNoSpace } from './file-errors.ts'

/** What to say when something cannot be written where it shall lie: `what` with the reason, `fix` what mends it. */
export function cannotWrite(cause: unknown, what: string, fix: string): ProductError {
  if (isNoSpace(cause)) return new NoSpaceError(`${what}: the disk is full.`, { fix, cause })
  const { code = '', message } = cause as NodeJS.ErrnoException
  return new InvalidInputError(`${what}: ${WHY[code] ?? message}.`, { fix, cause })
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'whoever runs this may not write there',
  EPERM: 'whoever runs this may not write there',
  ELOOP: 'a link lies there, and somebody else may have laid it',
  EROFS: 'what it lies on can only be read',
  // What Node says of a folder that cannot be made where nothing can be written.
  ENOENT: 'it cannot be made there',
  ENAMETOOLONG: 'a name in it is too long',
  EEXIST: 'that is a file',
  EISDIR: 'that is a folder',
  ENOTDIR: 'a part of that path is a file',
}
