import type { VideoId } from '#domain/ids.ts'
import type { CacheTier, SegmentCache } from '#domain/segment-cache.ts'
import type { Slice } from '#domain/video.ts'
import { CacheFolder } from './cache-folder.ts'
import { DiskTier, type DiskTierPorts } from './disk-tier.ts'

interface Settings {
  readonly dir: string
  readonly maxBytes: number
  /** The small cache in memory before it. */
  readonly front: SegmentCache
}

/** How often the order of use is saved; a crash costs no more than what changed since. */
const SAVE_ORDER_MS = 5 * 60_000

/** A segment cache in a folder, that survives restarts, with a small one in memory before it. Dispose of it to save its order. */
export class DiskSegmentCache implements SegmentCache, AsyncDisposable {
  readonly #front: SegmentCache
  readonly #disk: DiskTier
  readonly #frontBytes: number
  /** What was loaded last, by key. */
  readonly #lately = new Map<string, number>()
  #latelyBytes = 0
  readonly #saving: ReturnType<typeof setInterval>

  private constructor(front: SegmentCache, disk: DiskTier) {
    this.#front = front
    this.#disk = disk
    this.#frontBytes = front.tiers().at(-1)?.maxBytes ?? 0
    this.#saving = setInterval(() => void disk.saveOrder(), SAVE_ORDER_MS)
    this.#saving.unref()
  }

  /** Rejects when the folder cannot be made or read. */
  static async open(
    { dir, maxBytes, front }: Settings,
    ports: Omit<DiskTierPorts, 'folder'>,
  ): Promise<DiskSegmentCache> {
    const folder = new CacheFolder(dir)
    return new DiskSegmentCache(front, await DiskTier.open({ ...ports, folder }, maxBytes))
  }

  /** Use in memory is use on disk: what is watched most must not be the first to go there. */
  get(key: string): Uint8Array | undefined {
    const bytes = this.#front.get(key)
    if (bytes) this.#disk.touch(key)
    return bytes
  }

  /**
   * What is asked for again soon goes into memory, not what is asked for once: whoever watches a film alone would only push
   * other things out.
   */
  async load({ sha256 }: Pick<Slice, 'sha256'>, into: Uint8Array): Promise<{ isKept: boolean } | undefined> {
    const found = await this.#disk.read(sha256, into)
    if (!found) return undefined
    const isKept = this.#isAskedAgain(sha256, into.byteLength) && this.#front.set(sha256, { ...found, bytes: into })
    return { isKept }
  }

  /** Whether it was loaded already among the last that memory could have held. */
  #isAskedAgain(key: string, byteLength: number): boolean {
    const isKnown = this.#lately.delete(key)
    if (!isKnown) this.#latelyBytes += byteLength
    this.#lately.set(key, byteLength)
    for (const [oldest, bytes] of this.#lately) {
      if (this.#latelyBytes <= this.#frontBytes) break
      this.#lately.delete(oldest)
      this.#latelyBytes -= bytes
    }
    return isKnown
  }

  has(key: string): boolean {
    return this.#front.has(key) || this.#disk.has(key)
  }

  set(key: string, entry: { readonly videoId: VideoId; readonly bytes: Uint8Array }): boolean {
    const isInFront = this.#front.set(key, entry)
    return this.#disk.keep(key, entry) || isInFront
  }

  /** What is in memory is on disk too, as a rule: the larger figures are the whole. */
  async clear(videoId?: VideoId): Promise<{ removedItems: number; removedBytes: number }> {
    const [front, disk] = await Promise.all([this.#front.clear(videoId), this.#disk.clear(videoId)])
    return {
      removedItems: Math.max(front.removedItems, disk.removedItems),
      removedBytes: Math.max(front.removedBytes, disk.removedBytes),
    }
  }

  tiers(): readonly CacheTier[] {
    return [...this.#front.tiers(), this.#disk.tier()]
  }

  /** Resolves when all that was set so far is in the folder. */
  settled(): Promise<void> {
    return this.#disk.settled()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#saving)
    await this.#disk.settled()
    await this.#disk.saveOrder()
  }
}
