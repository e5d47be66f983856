import type { PackStep } from '#domain/catalog.ts'
import type { PackPorts } from './pack-ports.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Attachment, Segment, Slice } from '#domain/video.ts'
import { firstPackBytes } from './first-pack-bytes.ts'
import { OpenPack, type SealedPack } from './open-pack.ts'
import type { PackStoring } from './pack-storing.ts'
import { takeBytes } from './take-bytes.ts'

/** Rather start a new pack than put less than this share of one at the end of the old: a slice more costs a read more. */
const SMALLEST_SHARE = 0.04
/** Records are committed at most this often; the first, and the first pack, at once. Each commit waits for the disk. */
const COMMIT_EVERY_MS = 150

/**
 * Writes segments and attachments of one video into packs, one after another, and stores full packs while the next is
 * filled. What has ended is recorded in the catalog and playable, with the packs that it began and those that it made whole,
 * in one commit for all of it; a pack is stored only when that is recorded. So a crash leaves nothing half known.
 */
export class PackWriter implements AsyncDisposable {
  readonly #videoId: VideoId
  readonly #ports: PackPorts
  readonly #storing: PackStoring
  readonly #filmBytes: number | null
  #current: OpenPack | null
  #nextPosition: number
  /** Not recorded yet. */
  #begun: PackStep[] = []
  #full: OpenPack[] = []
  readonly #sealing = new Set<Promise<void>>()
  /** Not recorded yet. */
  #sealed: SealedPack[] = []
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

  /** `next.current` goes on being filled; packs from `next.position` on do not exist yet. */
  constructor(
    videoId: VideoId,
    ports: PackPorts,
    storing: PackStoring,
    next: { readonly current: OpenPack | null; readonly position: number },
    filmBytes: number | null,
  ) {
    this.#videoId = videoId
    this.#ports = ports
    this.#storing = storing
    this.#current = next.current
    this.#nextPosition = next.position
    this.#filmBytes = filmBytes
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

  /** Bytes that could not be written leave a hole, also where whoever wrote them can do without: the pack is never whole. */
  #watched(appending: Promise<Slice>): Promise<Slice> {
    this.#appending.add(appending)
    const forget = () => this.#appending.delete(appending)
    appending.then(forget, (error) => {
      forget()
      this.#failure ??= error
    })
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
    if (this.#current) this.#full.push(this.#current)
    this.#current = null
    this.#sealWhole()
    await Promise.all(this.#sealing)
    if (this.#failure) throw this.#failure
    if (this.#full.length > 0) throw new Error('A pack holds something that never ended.')
    await this.commit()
    await this.#storing.settle()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    await this.#placing
    await Promise.allSettled([...this.#appending, ...this.#sealing])
    await this.#commits.catch(() => {})
    await this.#storing.settle().catch(() => {})
    for (const pack of [...this.#full, ...(this.#current ? [this.#current] : [])]) await pack.close()
  }

  async #packWithRoom(name: string, bytes: readonly Uint8Array[]): Promise<OpenPack> {
    const wanted = bytes.reduce((sum, piece) => sum + piece.byteLength, 0)
    const smallest = Math.min(wanted, this.#ports.blobs.limits.maxBytes * SMALLEST_SHARE)
    if (this.#current && this.#current.roomFor(name) >= smallest) return this.#current
    if (this.#current) this.#full.push(this.#current)
    this.#current = null
    this.#sealWhole()
    await this.#storing.room()
    this.#current = await this.#begin(this.#nextPosition++)
    return this.#current
  }

  /** Recorded with the first thing that has bytes in it: a commit of its own would make the writer wait for the disk. */
  async #begin(position: number): Promise<OpenPack> {
    const { catalog, work } = this.#ports
    const id = catalog.newPackId()
    const pack = {
      id,
      videoId: this.#videoId,
      position,
      state: 'filling',
      ref: null,
      byteLength: 0,
      digest: null,
    } as const
    const begun = await OpenPack.start(pack, work, packBytesAt(position, this.#filmBytes, this.#ports))
    this.#begun.push({ id, position })
    return begun
  }

  /** All that lies in a whole pack is recorded or goes into the next commit, as the pack does when its file is complete. */
  #sealWhole(): void {
    const whole = this.#full.filter(({ isWhole }) => isWhole)
    this.#full = this.#full.filter((pack) => !whole.includes(pack))
    for (const pack of whole) {
      const sealing = pack
        .seal()
        .then((sealed) => {
          this.#sealed.push(sealed)
          // The store has nothing to do before the first is there.
          if (sealed.position === 0) this.#tryCommit()
          else this.#commitSoon()
        })
        .catch((error) => {
          this.#failure ??= error
        })
        .finally(() => this.#sealing.delete(sealing))
      this.#sealing.add(sealing)
    }
  }

  #end(name: string, durationSec?: number): void {
    this.#parts.delete(name)
    const packs = [...this.#full, this.#current].filter((pack) => pack?.hasUnfinished(name))
    for (const pack of packs) pack?.end(name, pack === packs.at(-1), durationSec)
    this.#sealWhole()
  }

  #commitSoon(): void {
    if (this.#timer) return
    const waitMs = Math.max(0, this.#committedAt + COMMIT_EVERY_MS - performance.now())
    this.#timer = setTimeout(() => this.#tryCommit(), waitMs)
  }

  #tryCommit(): void {
    this.commit().catch((error) => {
      this.#failure ??= error
    })
  }

  async #commitNow(): Promise<void> {
    const [segments, attachments, begun, sealed] = [this.#segments, this.#attachments, this.#begun, this.#sealed]
    if (segments.length + attachments.length + sealed.length === 0) return
    this.#segments = []
    this.#attachments = []
    this.#begun = []
    this.#sealed = []
    const packs = [...begun, ...sealed.map((pack) => ({ ...pack, sealed: pack }))]
    await this.#ports.catalog.addEntries(this.#videoId, { packs, segments, attachments })
    this.#committedAt = performance.now()
    for (const pack of sealed) this.#storing.store(pack)
  }
}

/** How large the pack at this position becomes. */
export function packBytesAt(position: number, filmBytes: number | null, { blobs }: Pick<PackPorts, 'blobs'>): number {
  const { maxBytes } = blobs.limits
  return position === 0 ? firstPackBytes(filmBytes, maxBytes) : maxBytes
}
