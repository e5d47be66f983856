import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskWorkArea } from '#adapters/disk/disk-work-area.ts'
import { memoryCatalog } from '#adapters/memory/memory-catalog.ts'
import { sha256 } from '#app/hashing.ts'
import type { BlobRef, BlobRepairs, BlobStore } from '#domain/blob-store.ts'
import type { Catalog } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { MediaTool } from '#domain/media-tool.ts'
import type { Slice } from '#domain/video.ts'
import { amendVideo } from '#features/ingest/amend-video.ts'
import { ingestVideo } from '#features/ingest/ingest-video.ts'
import { planNew } from '#features/ingest/plan-once.ts'
import { type ScriptedFilm, ScriptedMedia } from '#features/ingest/scripted-media.test-support.ts'
import { writeOutline } from '#features/ingest/write-manifest.ts'
import type { MendPorts } from '#features/library/mend-pack.ts'
import { type VerifiedVideo, type VerifyLevel, verifyLibrary } from '#features/library/verify-library.ts'

/** A store that a test can harm behind its back. */
export interface HarmedStore extends AsyncDisposable {
  readonly blobs: BlobStore
  readonly repairs: BlobRepairs | null
  lose(ref: BlobRef): Promise<void>
  /** Flips one bit; `share` of the way through the blob, 0 to 1. */
  flip(ref: BlobRef, share: number): Promise<void>
}

export const FILM = 'testvideo0000001' as VideoId
const SOURCE = { path: '/films/x.mkv', owned: false } as const
const SETTINGS = { minSegmentSec: 2, maxSegmentSec: 30, oversized: 'split' } as const

interface VerifyWish {
  readonly mend?: boolean
  readonly dryRun?: boolean
  readonly ports?: MendPorts
  readonly level?: VerifyLevel
}

/** A film in the store, and all that mending works with; what is there of cache and source is the test's to say. */
export class MendingLab implements AsyncDisposable {
  readonly store: HarmedStore
  readonly ports: MendPorts
  /** Hashes of the slices that the cache has. */
  readonly cached = new Set<string>()
  isSourceThere = false
  sourceBytes = 1000
  /** What the file is cut with from now on. */
  media: Pick<MediaTool, 'open'>
  readonly #folder: string
  readonly #slices = new Map<string, Uint8Array>()

  private constructor(store: HarmedStore, folder: string, film: ScriptedFilm, catalog: Catalog) {
    const scripted = new ScriptedMedia(film)
    this.store = store
    this.media = scripted
    this.#folder = folder
    const work = new DiskWorkArea(join(folder, 'work'))
    const signal = new AbortController().signal
    const ports = { catalog, work, blobs: store.blobs, sha256 }
    this.ports = {
      ...ports,
      repairs: store.repairs,
      media: { open: (path, end) => this.media.open(path, end) },
      sources: { size: async () => (this.isSourceThere ? this.sourceBytes : null) },
      saved: {
        read: async ({ sha256: key }, into) => {
          const bytes = this.cached.has(key) ? this.#slices.get(key) : undefined
          if (bytes) into.set(bytes)
          return bytes !== undefined
        },
      },
      alone: (work) => work(),
      planNew: (open) => planNew(open, store, { settings: SETTINGS, signal }),
      renewManifest: (id, end) =>
        amendVideo(id, { ...ports, blobs: this.ports.blobs }, (packs) => writeOutline(id, packs, catalog), end),
    }
  }

  static async open(store: HarmedStore, film: ScriptedFilm): Promise<MendingLab> {
    const folder = await mkdtemp(join(tmpdir(), 'telereel-mending-'))
    const catalog = memoryCatalog()
    const lab = new MendingLab(store, folder, film, catalog)
    const facts = { title: 'A film', originalFilename: 'x.mkv', byteLength: 1000, createdAt: new Date(0) }
    await catalog.addVideo({ id: FILM, ...facts, source: SOURCE })
    const ports = {
      catalog,
      media: new ScriptedMedia(film),
      blobs: store.blobs,
      work: new DiskWorkArea(join(folder, 'work')),
      sources: { size: async () => 1000, read: async () => null, remove: async () => {} },
      events: { emit() {} },
    }
    const signal = new AbortController().signal
    await ingestVideo(FILM, ports, { settings: SETTINGS, signal, report() {} })
    for (const slice of await lab.slices()) lab.#slices.set(slice.sha256, await lab.read(slice))
    return lab
  }

  /** All that anything in the film is made of. */
  async slices(): Promise<readonly Slice[]> {
    const { segments, attachments } = await this.ports.catalog.record(FILM)
    return [...segments, ...attachments].flatMap(({ slices }) => slices)
  }

  /** Rejects when the store does not give it. */
  async read({ packId, offset, length }: Slice): Promise<Buffer> {
    const { ref } = await this.ports.catalog.pack(packId)
    if (!ref) throw new Error(`Pack ${packId} is not stored.`)
    const range = { first: offset, last: offset + length - 1 }
    return Buffer.concat(await Array.fromAsync(await this.store.blobs.get(ref, { range })))
  }

  /** The slices that the store gives right, by hash. */
  async readable(): Promise<ReadonlySet<string>> {
    const right = new Set<string>()
    for (const slice of await this.slices()) {
      const bytes = await this.read(slice).catch(() => null)
      if (bytes && createHash('sha256').update(bytes).digest('hex') === slice.sha256) right.add(slice.sha256)
    }
    return right
  }

  async verify(how: VerifyWish = {}) {
    const { mend = false, dryRun = false, ports = this.ports, level = 2 } = how
    const signal = new AbortController().signal
    const wishes = { level, random: () => 0, signal, ...(mend && { mend: { ports, dryRun, sourcePath: null } }) }
    const [found] = await Array.fromAsync(verifyLibrary(ports, wishes))
    return found as VerifiedVideo
  }

  /** Blobs that no pack of the catalog is. */
  async strays(): Promise<readonly BlobRef[]> {
    const known = new Set((await this.ports.catalog.packs(FILM)).map(({ ref }) => ref))
    return (await Array.fromAsync(this.store.blobs.list())).map(({ ref }) => ref).filter((ref) => !known.has(ref))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
