import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BlobLimits, BlobRef, BlobSource, BlobStore, ReadOptions, StoredBlob } from '#domain/blob-store.ts'
import { BlobDamagedError, BlobNotFoundError, BlobTooLargeError } from '#domain/errors.ts'
import { cannotLink, isAlreadyThere, isMissing } from './file-errors.ts'
import { diskFault } from './disk-fault.ts'
import { readFileRange } from './read-file-range.ts'
import { syncFolder } from '#lib/durable-file/sync-folder.ts'

/** `<video id>/<number>`, nothing else: a name becomes a path. */
const NAME = /^[A-Za-z0-9_-]{8,32}\/\d{1,9}$/
const REF = /^disk:([A-Za-z0-9_-]{8,32})\/(\d{6,9})$/

/** Blobs as files `<folder>/<video>/<number>.pack`. A ref says the same, so a put can be repeated. */
export class DiskBlobStore implements BlobStore {
  readonly limits: BlobLimits
  readonly #folder: string

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder
    this.limits = { maxBytes, parallelPuts: 2 }
  }

  async put(source: BlobSource, signal?: AbortSignal): Promise<BlobRef> {
    if (source.byteLength > this.limits.maxBytes) {
      throw new BlobTooLargeError(`A blob of ${source.byteLength} bytes is over the limit of ${this.limits.maxBytes}.`)
    }
    const ref = refOf(source.name)
    const path = this.#pathOf(ref)
    try {
      await mkdir(dirname(path), { recursive: true })
      if (!(source.path && (await tryLink(source.path, path)))) await copyDurably(source, path, signal)
      await syncFolder(dirname(path))
      await syncFolder(this.#folder)
      return ref
    } catch (cause) {
      throw diskFault(cause, 'The disk of the store is full.')
    }
  }

  async get(ref: BlobRef, options: ReadOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    return readFileRange(this.#pathOf(ref), options)
  }

  async size(ref: BlobRef): Promise<number | null> {
    try {
      return (await stat(this.#pathOf(ref))).size
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  async delete(ref: BlobRef): Promise<void> {
    const path = this.#pathOf(ref)
    await rm(path, { force: true })
    await rmdir(dirname(path)).catch(() => {}) // Still holds other packs, or is gone already.
  }

  async *list(): AsyncIterable<StoredBlob> {
    for (const video of await entriesOf(this.#folder)) {
      for (const file of await entriesOf(join(this.#folder, video))) {
        const position = file.replace(/\.pack$/, '')
        const ref = `disk:${video}/${position}` as const
        if (file.endsWith('.pack') && REF.test(ref)) yield { ref, name: `${video}/${Number(position)}` }
      }
    }
  }

  /** Half-written files of puts that a crash ended. Nobody else may be putting while this runs. */
  async removeLeftovers(): Promise<number> {
    let removed = 0
    for (const video of await entriesOf(this.#folder)) {
      for (const file of await entriesOf(join(this.#folder, video))) {
        if (!file.endsWith(TEMPORARY)) continue
        await rm(join(this.#folder, video, file), { force: true })
        removed++
      }
    }
    return removed
  }

  #pathOf(ref: BlobRef): string {
    const parts = REF.exec(ref)
    if (!parts) throw new BlobNotFoundError(`${JSON.stringify(ref)} is not an address of the disk store.`)
    return join(this.#folder, parts[1] as string, `${parts[2]}.pack`)
  }
}

const TEMPORARY = '.tmp'

function refOf(name: string): BlobRef {
  if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is not <video>/<number>.`)
  const [video, position] = name.split('/') as [string, string]
  return `disk:${video}/${position.padStart(6, '0')}`
}

/** A hard link costs no bytes. False when this file system cannot, so that the caller copies. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (isAlreadyThere(error)) {
      const [mine, theirs] = await Promise.all([stat(from), stat(to)])
      if (mine.ino === theirs.ino && mine.dev === theirs.dev) return true
      await rm(to)
      return tryLink(from, to)
    }
    if (cannotLink(error)) return false
    throw error
  }
}

async function copyDurably(source: BlobSource, path: string, signal?: AbortSignal): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}${TEMPORARY}`
  const file = await open(temporary, 'wx')
  try {
    let written = 0
    for await (const bytes of source.open(signal)) {
      signal?.throwIfAborted()
      await file.writeFile(bytes)
      written += bytes.byteLength
    }
    if (written !== source.byteLength) {
      throw new BlobDamagedError(`${source.name} gave ${written} bytes, ${source.byteLength} were announced.`)
    }
    await file.sync()
    await file.close()
    await rename(temporary, path)
  } catch (error) {
    await file.close().catch(() => {})
    await rm(temporary, { force: true })
    throw error
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
