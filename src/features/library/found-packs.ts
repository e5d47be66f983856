import type { BlobRef } from '#domain/blob-store.ts'
import type { VideoRecord } from '#domain/catalog.ts'
import { BlobDamagedError, BlobNotFoundError } from '#domain/errors.ts'
import type { PackId, VideoId } from '#domain/ids.ts'
import { parseRecord } from '#domain/manifest.ts'
import type { Pack, Slice } from '#domain/video.ts'
import type { PackEntry } from '#lib/pack-file/pack-file.ts'
import { joinBytes, type OpenedPack, openStoredPack, type PackContents, type PackReadPorts } from './read-pack.ts'

/** A run of bytes of something, and the pack it lies in. */
export interface FoundRun {
  readonly entry: PackEntry
  readonly position: number
}

/** The packs of one video as they lie in the store: opened when asked for, their tables kept, their bytes not. */
export class FoundPacks {
  readonly videoId: VideoId
  readonly refs: ReadonlyMap<number, BlobRef>
  readonly unreadable: { readonly ref: BlobRef; readonly message: string }[] = []
  readonly #ports: PackReadPorts
  readonly #signal: AbortSignal
  readonly #contents = new Map<number, PackContents | null>()

  constructor(videoId: VideoId, refs: ReadonlyMap<number, BlobRef>, ports: PackReadPorts, signal: AbortSignal) {
    this.videoId = videoId
    this.refs = refs
    this.#ports = ports
    this.#signal = signal
  }

  /** What the pack at this position holds; null when it is not there or cannot be read. */
  async contents(position: number): Promise<PackContents | null> {
    const known = this.#contents.get(position)
    return known === undefined ? await this.#open(position) : known
  }

  /** As the catalog would know it, by what it says of itself. */
  async pack(position: number): Promise<Pack | null> {
    const [ref, contents] = [this.refs.get(position), await this.contents(position)]
    if (!ref || !contents) return null
    const { byteLength, digest } = contents
    return {
      id: packIdOf(this.videoId, position),
      videoId: this.videoId,
      position,
      state: 'stored',
      ref,
      byteLength,
      digest,
    }
  }

  /** The newest whole copy of a manifest or an outline. Reads packs from the last one back until it is found. */
  async newestRecord(name: string): Promise<VideoRecord | null> {
    let runs: (FoundRun & { readonly bytes: Uint8Array })[] = []
    for (const position of this.#positions().reverse()) {
      const here = await this.#runsOf(`attachment ${name}`, position)
      runs = [...here, ...runs]
      for (const copy of wholeCopies(runs).reverse()) {
        const record = parseRecord(joinBytes(copy.map(({ bytes }) => bytes)))
        if (record) return record
      }
    }
    return null
  }

  /** The newest whole copy of the thing among the packs that can be read from `first` on: its runs in order. */
  async newestRuns(name: string, first = 0): Promise<readonly FoundRun[]> {
    const runs: FoundRun[] = []
    for (const position of this.#positions().filter((each) => each >= first)) {
      const entries = (await this.contents(position))?.entries ?? []
      runs.push(...entries.filter((entry) => entry.name === name).map((entry) => ({ entry, position })))
    }
    return wholeCopies(runs).at(-1) ?? []
  }

  /** Every run in every pack that can be read, in play order. */
  async allRuns(): Promise<readonly FoundRun[]> {
    const runs: FoundRun[] = []
    for (const position of this.#positions()) {
      runs.push(...((await this.contents(position))?.entries ?? []).map((entry) => ({ entry, position })))
    }
    return runs
  }

  #positions(): number[] {
    return [...this.refs.keys()].sort((one, other) => one - other)
  }

  async #runsOf(name: string, position: number) {
    const opened = await this.#open(position)
    const entries = opened?.entries.filter((entry) => entry.name === name) ?? []
    return Promise.all(
      entries.map(async (entry) => ({ entry, position, bytes: (await opened?.entry(entry)) ?? new Uint8Array(0) })),
    )
  }

  async #open(position: number): Promise<OpenedPack | null> {
    const ref = this.refs.get(position)
    const opened = ref ? await this.#tryToOpen(ref) : null
    const { header, entries, digest, byteLength } = opened ?? {}
    const isIt = header?.videoId === this.videoId && header.position === position
    const contents = isIt && entries && digest && byteLength ? { header, entries, digest, byteLength } : null
    this.#contents.set(position, contents)
    return contents ? opened : null
  }

  async #tryToOpen(ref: BlobRef): Promise<OpenedPack | null> {
    try {
      return await openStoredPack(ref, this.#ports, this.#signal)
    } catch (error) {
      if (!(error instanceof BlobDamagedError || error instanceof BlobNotFoundError)) throw error
      this.unreadable.push({ ref, message: error.message })
      return null
    }
  }
}

/** Runs in order, cut into copies that have all their parts. */
function wholeCopies<Run extends FoundRun>(runs: readonly Run[]): Run[][] {
  return runs.flatMap(({ entry }, end) => {
    const copy = runs.slice(end - entry.part, end + 1)
    return entry.last && copy.length > 0 && copy.every((run, part) => run.entry.part === part) ? [copy] : []
  })
}

export function packIdOf(videoId: string, position: number): PackId {
  return `${videoId}:${position}` as PackId
}

export function sliceOf({ offset, length, sha256 }: PackEntry, packId: PackId): Slice {
  return { packId, offset, length, sha256 }
}
