import { readFile, rm, stat } from 'node:fs/promises'
import type { SourceFiles } from '#domain/source-files.ts'
import { isMissing } from './file-errors.ts'

export class DiskSourceFiles implements SourceFiles {
  /** Also what the upload protocol keeps beside an upload (`.json`). */
  async remove(path: string): Promise<void> {
    await rm(path, { force: true })
    await rm(`${path}.json`, { force: true })
  }

  async size(path: string): Promise<number | null> {
    try {
      const found = await stat(path)
      return found.isFile() ? found.size : null
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  async read(path: string): Promise<Uint8Array | null> {
    try {
      return await readFile(path)
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }
}
