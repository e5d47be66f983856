import { access, constants } from 'node:fs/promises'
import { cannotWrite } from '#adapters/disk/cannot-write.ts'
import { makeFolder } from '#lib/durable-file/make-folder.ts'

const FIX = 'Set DATA_DIR to a folder of your own with room, or mend its owner and rights.'

/** Makes the folder unless it is there. Rejects with words for a place where nothing can be made or written. */
export async function makeDataFolder(path: string): Promise<void> {
  try {
    await makeFolder(path, 0o700)
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw cannotWrite(cause, `The data folder ${path} cannot be used`, FIX)
  }
}
