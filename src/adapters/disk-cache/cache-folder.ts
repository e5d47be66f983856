import { hash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { VideoId } from '#domain/ids.ts'
import { type CachedFile, formatCachedFile, isVideoFolder, parseCachedFile } from './cached-file.ts'

const INDEX = 'index.txt'
/** Files are born here and get their name when they are complete. Too short to be a video's folder. */
const UNFINISHED = '.new'
const INDEX_HEAD = 'telereel segment cache 1'

/** The files of the disk cache and their order of use. Never touches a file that is not its own. */
export class CacheFolder {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * All complete files, the least recently used first; half-written ones are removed. The index gives the order; the
   * folder has the last word on what is there, so a lost, old or broken index costs only the order.
   */
  async start(): Promise<readonly CachedFile[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await rm(join(this.#folder, UNFINISHED), { recursive: true, force: true })
    await mkdir(join(this.#folder, UNFINISHED), { mode: 0o700 })
    const empty: string[] = []
    const there = await this.#list((name, files) => void (files === 0 && empty.push(name)))
    for (const name of empty) await rmdir(join(this.#folder, name)).catch(() => undefined)
    const listed = (await this.#savedOrder()).filter((path) => there.has(path))
    // What the index does not know was written after it was saved: a set keeps the first place of each.
    const paths = new Set([...listed, ...there])
    return [...paths].flatMap((path) => parseCachedFile(path) ?? [])
  }

  /** All complete files, in no order; none when there is no such folder. */
  async files(): Promise<readonly CachedFile[]> {
    const paths = await this.#list().catch(() => new Set<string>())
    return [...paths].flatMap((path) => parseCachedFile(path) ?? [])
  }

  /** Remembers the order for the next start. */
  async saveOrder(files: Iterable<CachedFile>): Promise<void> {
    const lines = [INDEX_HEAD]
    for (const file of files) lines.push(formatCachedFile(file))
    const unfinished = this.#unfinishedPath()
    await writeFile(unfinished, `${lines.join('\n')}\n`, { mode: 0o600 })
    await rename(unfinished, join(this.#folder, INDEX))
  }

  /** Reads the file into memory that is as long as it, and proves it by its hash. */
  async read(file: CachedFile, into: Uint8Array): Promise<'right' | 'missing' | 'damaged'> {
    const handle = await open(this.#pathOf(file), 'r').catch(() => null)
    if (!handle) return 'missing'
    try {
      let at = 0
      for (let got = -1; at < file.length && got !== 0; at += got) {
        got = (await handle.read(into, at, file.length - at, at)).bytesRead
      }
      return at === file.length && hash('sha256', into, 'hex') === file.sha256 ? 'right' : 'damaged'
    } catch {
      return 'damaged'
    } finally {
      await handle.close()
    }
  }

  /** All of it under its name, or nothing. Not synced: after a power cut the hash tells what did not last. */
  async write(file: CachedFile, bytes: Uint8Array): Promise<void> {
    const unfinished = this.#unfinishedPath()
    try {
      await writeFile(unfinished, bytes, { mode: 0o600 })
      await mkdir(join(this.#folder, file.videoId), { recursive: true, mode: 0o700 })
      await rename(unfinished, this.#pathOf(file))
    } catch (error) {
      await rm(unfinished, { force: true })
      throw error
    }
  }

  async remove(file: CachedFile): Promise<void> {
    await rm(this.#pathOf(file), { force: true })
  }

  /** Removes the folder of a video when nothing is in it. */
  async tidy(videoId: VideoId): Promise<void> {
    await rmdir(join(this.#folder, videoId)).catch(() => undefined)
  }

  async #list(onFolder: (name: string, files: number) => void = () => {}): Promise<ReadonlySet<string>> {
    const paths = new Set<string>()
    const folders = await readdir(this.#folder, { withFileTypes: true })
    for (const folder of folders.filter((entry) => entry.isDirectory() && isVideoFolder(entry.name))) {
      const names = await readdir(join(this.#folder, folder.name)).catch(() => [])
      for (const name of names) if (parseCachedFile(`${folder.name}/${name}`)) paths.add(`${folder.name}/${name}`)
      onFolder(folder.name, names.length)
    }
    return paths
  }

  async #savedOrder(): Promise<readonly string[]> {
    const text = await readFile(join(this.#folder, INDEX), 'utf8').catch(() => '')
    const [head, ...lines] = text.split('\n')
    return head === INDEX_HEAD ? lines : []
  }

  #pathOf(file: CachedFile): string {
    return join(this.#folder, file.videoId, `${file.sha256}-${file.length}`)
  }

  #unfinishedPath(): string {
    return join(this.#folder, UNFINISHED, randomBytes(8).toString('hex'))
  }
}
