import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it; resolves with true when it was not there. Unlike `mkdir` of Node with `recursive`, it
 * also ends where the system says ENOENT of a folder that it will not make, as below /proc: that one tries for ever.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<boolean> {
  try {
    await mkdir(path, { mode })
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await isFolder(path))) return false
    if (code !== 'ENOENT' || (await isFolder(dirname(path)))) throw error
  }
  await makeFolder(dirname(path), mode)
  // Its parent is there now: another answer than before, or somebody else's folder.
  await mkdir(path, { mode }).catch(async (error: unknown) => {
    if (!(await isFolder(path))) throw error
  })
  return true
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true
}
