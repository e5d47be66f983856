import { NoSpaceError } from '#domain/errors.ts'
import { cannotWrite } from './cannot-write.ts'
import { isNoSpace, mayNotWrite } from './file-errors.ts'

const FIX =
  'Mend its owner and rights, and those of its folder, then try again; `telereel doctor` shows what else is closed.'

/**
 * What to throw for an error of the file system: NoSpaceError, with this message, for a full medium, InvalidInputError for
 * what whoever runs this may not write, else the error itself.
 */
export function diskFault(cause: unknown, whenFull: string): unknown {
  if (isNoSpace(cause))
    return new NoSpaceError(whenFull, { fix: 'Free some space; the work goes on by itself.', cause })
  if (!mayNotWrite(cause)) return cause
  const { path = 'A file', dest = path } = cause as NodeJS.ErrnoException & { readonly dest?: string }
  return cannotWrite(cause, `${dest} cannot be written`, FIX)
}
