import type { SavedSlices } from '#domain/segment-cache.ts'
import { CacheFolder } from './cache-folder.ts'
import { type CachedFile, formatCachedFile } from './cached-file.ts'

/**
 * The folder of a disk cache, read from outside: no order of use, nothing removed, so that a server may use it meanwhile.
 * What came or went since it was first looked at costs no more than a slice that is not found.
 */
export class SavedSlicesInFolder implements SavedSlices {
  readonly #folder: CacheFolder
  #files: Promise<ReadonlyMap<string, CachedFile>> | undefined

  constructor(dir: string) {
    this.#folder = new CacheFolder(dir)
  }

  async read({ sha256, length }: Parameters<SavedSlices['read']>[0], into: Uint8Array): Promise<boolean> {
    this.#files ??= this.#look()
    const file = (await this.#files).get(`${sha256}-${length}`)
    return file !== undefined && (await this.#folder.read(file, into)) === 'right'
  }

  async #look(): Promise<ReadonlyMap<string, CachedFile>> {
    const files = await this.#folder.files()
    return new Map(files.map((file) => [formatCachedFile(file).split('/')[1] ?? '', file]))
  }
}
