import type { PackPorts } from './pack-ports.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Attachment, Pack, Segment, Slice } from '#domain/video.ts'
import { OpenPack } from './open-pack.ts'
import type { PackStoring } from './pack-storing.ts'
import { takeBytes } from './take-bytes.ts'

/** Rather start a new pack than put less than this share of one at the end of the old: a slice more costs a read more. */
const SMALLEST_SHARE = 0.04
/** Records are committed at most this often; the first at once. Each commit waits for the disk. */
const COMMIT_EVERY_MS = 150

/**
 * Writes segments and attachments of one video into packs, one after another, and stores full packs while the next is
 * filled. What has ended is recorded in the catalog and playable; a pack is sealed and stored only when everything in it
 * is recorded, so that a crash leaves nothing half known.
 */
export class PackWriter implements AsyncDisposable {
  readonly #videoId: VideoId
  readonly #ports: PackPorts
  readonly #storing: PackStoring
  #current: OpenPack | null
  #nextPosition: number
  #full: OpenPack[] = []
  #segments: Segment[] = []
  #attachments: Attachment[] = []
  /** Things take their places one after another, while several are being written. */
  #placing: Promise<unknown> = Promise.resolve()
  readonly #appending = new Set<Promise<unknown>>()
  /** How many runs of bytes each unfinished thing has. */
  readonly #parts = new Map<string, number>()
  #commits: Promise<void> = Promise.resolve()
  #committedAt = Number.NEGATIVE_INFINITY
  #timer: ReturnType<typeof setTimeout> | undefined
  #failure: unknown

  /** `current` goes on being filled; packs from `nextPosition` on do not exist yet. */
  constructor(
    videoId: VideoId,
    ports: PackPorts,
    storing: PackStoring,
    current: OpenPack | null,
    nextPosition: number,
  ) {
    this.#videoId = videoId
    this.#ports = ports
    this.#storing = storing
    this.#current = current
    this.#nextPosition = nextPosition
  }

  /**
   * Adds bytes to the thing called `name`; they may end up in two packs. Call `endSegment` or `endAttachment` after the last.
   * Calls need not wait for one another: bytes lie in the order of the calls.
   */
  async write(name: string, bytes: readonly Uint8Array[], startSec?: number): Promise<Slice[]> {
    const placing = this.#placing.then(() => this.#place(name, bytes, startSec))
    this.#placing = placing.catch(() => {})
    return Promise.all(await placing)
  }

  async #place(name: string, bytes: readonly Uint8Array[], startSec?: number): Promise<Promise<Slice>[]> {
    if (this.#failure) throw this.#failure
    const slices: Promise<Slice>[] = []
    for (let rest = bytes; rest.length > 0; ) {
      const pack = await this.#packWithRoom(name, rest)
      const [now, later] = takeBytes(rest, pack.roomFor(name))
      const part = this.#parts.get(name) ?? 0
      this.#parts.set(name, part + 1)
      slices.push(this.#watched(pack.append(name, now, part, startSec)))
      rest = later
    }
    return slices
  }

  #watched(appending: Promise<Slice>): Promise<Slice> {
    this.#appending.add(appending)
    const forget = () => this.#appending.delete(appending)
    appending.then(forget, forget)
    return appending
  }

  /** The segment is complete: it is recorded and playable within COMMIT_EVERY_MS. */
  endSegment(name: string, segment: Segment): void {
    this.#end(name, segment.durationSec)
    this.#segments.push(segment)
    this.#commitSoon()
  }

  endAttachment(name: string, attachment: Attachment): void {
    this.#end(name)
    this.#attachments.push(attachment)
    this.#commitSoon()
  }

  /** Resolves when everything that has ended is recorded. */
  async commit(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#commits = this.#commits.then(() => this.#commitNow())
    await this.#commits
  }

  /** Seals what is open and resolves when every pack is stored. */
  async finish(): Promise<void> {
    await this.commit()
    if (this.#current) this.#full.push(this.#current)
    this.#current = null
    await this.commit()
    await this.#storing.settle()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    await this.#placing
    await Promise.allSettled(this.#appending)
    await this.#commits.catch(() => {})
    await this.#storing.settle().catch(() => {})
    for (const pack of [...this.#full, ...(this.#current ? [this.#current] : [])]) await pack.close()
  }

  async #packWithRoom(name: string, bytes: readonly Uint8Array[]): Promise<OpenPack> {
    const wanted = bytes.reduce((sum, piece) => sum + piece.byteLength, 0)
    const smallest = Math.min(wanted, this.#ports.blobs.limits.maxBytes * SMALLEST_SHARE)
    if (this.#current && this.#current.roomFor(name) >= smallest) return this.#current
    // Sealed with the next commit: one of its own for every pack would make the writer wait for the disk.
    if (this.#current) this.#full.push(this.#current)
    this.#current = null
    await this.#storing.room()
    const pack = await this.#ports.catalog.addPack(this.#videoId, this.#nextPosition++)
    this.#current = await OpenPack.start(pack, this.#ports.work, this.#ports.blobs.limits.maxBytes)
    return this.#current
  }

  #end(name: string, durationSec?: number): void {
    this.#parts.delete(name)
    for (const pack of [...this.#full, this.#current]) pack?.end(name, durationSec)
  }

  #commitSoon(): void {
    if (this.#timer) return
    const waitMs = Math.max(0, this.#committedAt + COMMIT_EVERY_MS - performance.now())
    this.#timer = setTimeout(() => {
      this.commit().catch((error) => {
        this.#failure ??= error
      })
    }, waitMs)
  }

  async #commitNow(): Promise<void> {
    const [segments, attachments] = [this.#segments, this.#attachments]
    this.#segments = []
    this.#attachments = []
    if (segments.length + attachments.length > 0) {
      await this.#ports.catalog.addEntries(this.#videoId, { segments, attachments })
      this.#committedAt = performance.now()
    }
    for (const pack of this.#full.filter((each) => each.isWhole)) {
      this.#full = this.#full.filter((each) => each !== pack)
      const sealed: Pack = await pack.seal(this.#ports.catalog)
      this.#storing.store(sealed)
    }
  }
}
