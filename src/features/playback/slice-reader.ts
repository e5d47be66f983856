import type { BlobStore, ByteRange } from '#domain/blob-store.ts'
import type { PackCatalog } from '#domain/catalog.ts'
import { BlobDamagedError, BlobNotFoundError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import type { SegmentCache } from '#domain/segment-cache.ts'
import type { Slice } from '#domain/video.ts'
import type { WorkArea } from '#domain/work-area.ts'
import { ByteBudget } from './byte-budget.ts'
import { type RunningSha256, SliceFill } from './slice-fill.ts'

export interface SliceReaderPorts {
  readonly catalog: Pick<PackCatalog, 'pack'>
  readonly blobs: Pick<BlobStore, 'get'>
  readonly work: Pick<WorkArea, 'readPack'>
  readonly cache: SegmentCache
  readonly events: Events
  readonly newSha256: () => RunningSha256
}

export interface SliceReaderLimits {
  /** Slices that are on their way at the same time hold at most this much memory. */
  readonly maxBytesInFlight: number
}

export interface SliceReadOptions {
  readonly range?: ByteRange | undefined
  readonly signal?: AbortSignal | undefined
  /** The caller has just looked into the cache: do not look, and count a miss, again. */
  readonly cold?: boolean
}

/**
 * Reads slices wherever they are: in the cache, in a pack that is being filled, in the store. One slice is read once,
 * however many ask for it meanwhile; its SHA-256 is checked before its last byte goes on.
 */
export class SliceReader {
  readonly #ports: SliceReaderPorts
  readonly #budget: ByteBudget
  readonly #fills = new Map<string, SliceFill>()

  constructor(ports: SliceReaderPorts, limits: SliceReaderLimits = { maxBytesInFlight: 256 * 1024 * 1024 }) {
    this.#ports = ports
    this.#budget = new ByteBudget(limits.maxBytesInFlight)
  }

  /** The whole slice, when it is in the cache. */
  cached(slice: Slice): Uint8Array | undefined {
    return this.#ports.cache.get(keyOf(slice))
  }

  /**
   * The bytes of these slices one after another, or of a range within them, as they arrive. Throws BlobDamagedError
   * before the last byte of a slice that is not what was stored, and whatever the store throws.
   */
  async *read(
    slices: readonly Slice[],
    { range, signal, cold = false }: SliceReadOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let start = 0
    for (const slice of slices) {
      const first = Math.max(0, (range?.first ?? 0) - start)
      const last = Math.min(slice.length - 1, (range?.last ?? Number.MAX_SAFE_INTEGER) - start)
      start += slice.length
      if (first <= last) {
        const cached = cold ? undefined : this.cached(slice)
        if (cached) yield cached.subarray(first, last + 1)
        else yield* this.#fillOf(slice).read(first, last, signal)
      }
    }
  }

  /** The fill that runs already, or a new one. */
  #fillOf(slice: Slice): SliceFill {
    const key = keyOf(slice)
    const running = this.#fills.get(key)
    if (running && !running.signal.aborted) return running
    const fill = new SliceFill(slice, this.#ports.newSha256())
    this.#fills.set(key, fill)
    void this.#run(slice, fill).finally(() => {
      if (this.#fills.get(key) === fill) this.#fills.delete(key)
    })
    return fill
  }

  /** Never rejects: the readers of the fill get the error. */
  async #run(slice: Slice, fill: SliceFill): Promise<void> {
    let giveBack: (() => void) | undefined
    try {
      giveBack = await this.#budget.take(slice.length, fill.signal)
      fill.begin()
      const videoId = await this.#pour(slice, fill)
      fill.finish()
      this.#ports.cache.set(keyOf(slice), { videoId, bytes: fill.bytes })
    } catch (error) {
      fill.fail(error)
      if (error instanceof BlobDamagedError) this.#tell(slice, error)
    } finally {
      giveBack?.()
    }
  }

  /** A pack may move from the work area into the store between our look and our read: look again, once. */
  async #pour(slice: Slice, fill: SliceFill) {
    try {
      return await this.#pourFrom(slice, fill)
    } catch (error) {
      if (!(error instanceof BlobNotFoundError)) throw error
      return await this.#pourFrom(slice, fill)
    }
  }

  async #pourFrom({ packId, offset, length }: Slice, fill: SliceFill) {
    const { catalog, blobs, work } = this.#ports
    const pack = await catalog.pack(packId)
    const range = { first: offset + fill.filled, last: offset + length - 1 }
    const chunks =
      pack.state === 'stored' && pack.ref !== null
        ? await blobs.get(pack.ref, { range, signal: fill.signal, into: fill.rest })
        : await work.readPack(pack.videoId, pack.position, range, { signal: fill.signal, into: fill.rest })
    for await (const chunk of chunks) fill.add(chunk)
    return pack.videoId
  }

  #tell(slice: Slice, error: BlobDamagedError): void {
    const { packId, offset, length } = slice
    this.#ports.events.emit({
      kind: 'note',
      level: 'error',
      message: error.message,
      fields: { code: error.code, packId, offset, length },
    })
  }
}

function keyOf({ packId, offset }: Slice): string {
  return `${packId}:${offset}`
}
