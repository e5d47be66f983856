import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from './sync-folder.ts'

/**
 * Gives a file that is whole its name, so that after a power cut it has the name with all its bytes, or not at all: bytes
 * first, then the name, then the folder. Both lie in one file system.
 */
export async function nameDurably(temporary: string, path: string): Promise<void> {
  // Not `r`: Windows flushes only what may be written to.
  const file = await open(temporary, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  await syncFolder(dirname(path))
}
