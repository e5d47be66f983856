import { access, constants, mkdir } from 'node:fs/promises'
import { InvalidInputError, NoSpaceError } from '#domain/errors.ts'

/** Makes the folder unless it is there. Rejects with words for a place where nothing can be made or written. */
export async function makeDataFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? ''
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new NoSpaceError(`The data folder ${path} cannot be made.`, {
        why: 'The disk is full.',
        fix: 'Make room there, or set DATA_DIR to another place.',
        cause,
      })
    }
    throw new InvalidInputError(`The data folder ${path} cannot be used: ${WHY[code] ?? (cause as Error).message}.`, {
      fix: 'Set DATA_DIR to a folder of your own, or mend its owner and rights.',
      cause,
    })
  }
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'whoever runs this may not write there',
  EPERM: 'whoever runs this may not write there',
  EROFS: 'what it lies on can only be read',
  // What Node says of a folder that cannot be made where nothing can be written.
  ENOENT: 'it cannot be made there',
  EEXIST: 'that is a file',
  ENOTDIR: 'a part of that path is a file',
}
