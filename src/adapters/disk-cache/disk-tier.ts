import type { Events } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { CacheTier } from '#domain/segment-cache.ts'
import type { CacheFolder } from './cache-folder.ts'
import type { CachedFile } from './cached-file.ts'

export interface DiskTierPorts {
  readonly folder: CacheFolder
  readonly events: Events
  /** Monotonic. */
  readonly nowMs: () => number
}

interface Writing {
  readonly file: CachedFile
  readonly bytes: Uint8Array
  unwanted: boolean
}

/** One entry may take at most this share, so that a single huge slice does not empty the cache. */
const LARGEST_SHARE = 0.25
/** What waits to be written holds at most this much memory; what comes then is not kept. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024
/** After a failed write nothing is written for so long. */
const PAUSE_MS = 60_000

/** Slices as files, of at most `maxBytes` together at any moment, those being written included. */
export class DiskTier {
  readonly #ports: DiskTierPorts
  readonly #maxBytes: number
  /** By hash, the least recently used first. */
  readonly #files: Map<string, CachedFile>
  readonly #writing = new Map<string, Writing>()
  /** Files and what is being written. */
  #bytes: number
  #waitingBytes = 0
  #evictions = 0
  #damaged = 0
  #pausedUntilMs = 0
  #isOrderSaved = true
  #writes: Promise<void> = Promise.resolve()

  private constructor(ports: DiskTierPorts, maxBytes: number, files: readonly CachedFile[]) {
    this.#ports = ports
    this.#maxBytes = maxBytes
    this.#files = new Map(files.map((file) => [file.sha256, file]))
    this.#bytes = [...this.#files.values()].reduce((sum, { length }) => sum + length, 0)
  }

  /** Takes over what an earlier run left, cut down to `maxBytes`. */
  static async open(ports: DiskTierPorts, maxBytes: number): Promise<DiskTier> {
    const files = await ports.folder.start()
    const tier = new DiskTier(ports, maxBytes, files)
    // The same bytes in the folders of two videos count once.
    for (const file of files) if (tier.#files.get(file.sha256) !== file) await ports.folder.remove(file)
    await tier.#makeRoom(0)
    return tier
  }

  has(key: string): boolean {
    return this.#files.has(key) || this.#writing.has(key)
  }

  /** Counts as use. */
  touch(key: string): void {
    const file = this.#files.get(key)
    if (!file) return
    this.#files.delete(key)
    this.#files.set(key, file)
    this.#isOrderSaved = false
  }

  /** Brings the bytes, proved; undefined when they are not there, or were damaged and are gone now. */
  async read(key: string, into: Uint8Array): Promise<{ readonly videoId: VideoId } | undefined> {
    const writing = this.#writing.get(key)
    if (writing) {
      into.set(writing.bytes)
      return { videoId: writing.file.videoId }
    }
    const file = this.#files.get(key)
    if (file?.length !== into.byteLength) return undefined
    this.touch(key)
    const outcome = await this.#ports.folder.read(file, into)
    if (outcome === 'right') return { videoId: file.videoId }
    await this.#drop(file)
    if (outcome === 'damaged') this.#tellDamage(file)
    return undefined
  }

  /** Keeps the bytes, written soon; false when they are too large, or when more waits to be written than may. */
  keep(key: string, { videoId, bytes }: { readonly videoId: VideoId; readonly bytes: Uint8Array }): boolean {
    if (this.has(key)) return true
    const length = bytes.byteLength
    if (length === 0 || length > this.#maxBytes * LARGEST_SHARE) return false
    if (this.#waitingBytes + length > MAX_WAITING_BYTES || this.#ports.nowMs() < this.#pausedUntilMs) return false
    const writing = { file: { videoId, sha256: key, length }, bytes, unwanted: false }
    this.#writing.set(key, writing)
    this.#waitingBytes += length
    this.#writes = this.#writes.then(() => this.#write(writing))
    return true
  }

  /** Resolves when all that was to be written is written. */
  async settled(): Promise<void> {
    await this.#writes
  }

  async clear(videoId?: VideoId): Promise<{ removedItems: number; removedBytes: number }> {
    const isMeant = (file: CachedFile) => videoId === undefined || file.videoId === videoId
    for (const writing of this.#writing.values()) if (isMeant(writing.file)) writing.unwanted = true
    const files = [...this.#files.values()].filter(isMeant)
    for (const file of files) await this.#drop(file)
    for (const folder of new Set(files.map((file) => file.videoId))) await this.#ports.folder.tidy(folder)
    return { removedItems: files.length, removedBytes: files.reduce((sum, { length }) => sum + length, 0) }
  }

  /** Remembers for the next start in which order things were used. */
  async saveOrder(): Promise<void> {
    if (this.#isOrderSaved) return
    this.#isOrderSaved = true
    await this.#ports.folder.saveOrder(this.#files.values()).catch(() => undefined)
  }

  tier(): CacheTier {
    return {
      kind: 'disk',
      bytes: this.#bytes,
      maxBytes: this.#maxBytes,
      items: this.#files.size,
      evictions: this.#evictions,
      damaged: this.#damaged,
    }
  }

  /** Never rejects. One after another: room is made before it is taken. */
  async #write(writing: Writing): Promise<void> {
    const { file, bytes } = writing
    try {
      if (writing.unwanted || this.#ports.nowMs() < this.#pausedUntilMs) return
      await this.#makeRoom(file.length)
      this.#bytes += file.length
      await this.#ports.folder.write(file, bytes)
      this.#files.set(file.sha256, file)
      this.#isOrderSaved = false
      if (writing.unwanted) await this.#drop(file)
    } catch (error) {
      this.#bytes -= file.length
      this.#pause(error)
    } finally {
      this.#writing.delete(file.sha256)
      this.#waitingBytes -= file.length
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    for (const file of this.#files.values()) {
      if (this.#bytes + bytes <= this.#maxBytes) return
      await this.#drop(file)
      this.#evictions++
    }
  }

  /** The bytes count until the file is gone. */
  async #drop(file: CachedFile): Promise<void> {
    if (this.#files.get(file.sha256) !== file) return
    this.#files.delete(file.sha256)
    this.#isOrderSaved = false
    await this.#ports.folder.remove(file).catch(() => undefined)
    this.#bytes -= file.length
  }

  #pause(error: unknown): void {
    this.#pausedUntilMs = this.#ports.nowMs() + PAUSE_MS
    const message = 'The disk cache cannot be written; videos play without it.'
    this.#ports.events.emit({ kind: 'note', level: 'warn', message, fields: { error } })
  }

  #tellDamage({ videoId, sha256, length }: CachedFile): void {
    this.#damaged++
    const message = 'A file of the disk cache was damaged; it was removed and is fetched again.'
    this.#ports.events.emit({ kind: 'note', level: 'warn', message, fields: { videoId, sha256, length } })
  }
}
