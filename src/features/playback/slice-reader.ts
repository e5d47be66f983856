import type { BlobRef, BlobStore, ByteRange } from '#domain/blob-store.ts'
import type { PackCatalog } from '#domain/catalog.ts'
import { BlobDamagedError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import type { PackId, VideoId } from '#domain/ids.ts'
import type { SegmentCache } from '#domain/segment-cache.ts'
import type { Pack, Slice } from '#domain/video.ts'
import type { WorkArea } from '#domain/work-area.ts'
import { ByteBudget } from './byte-budget.ts'
import { BytePool } from './byte-pool.ts'
import { PackFlight } from './pack-flight.ts'
import { readSlice } from './read-slice.ts'
import { RecentSlices } from './recent-slices.ts'
import { type RunningSha256, SliceFill, type SliceOrigin } from './slice-fill.ts'

export interface SliceReaderPorts {
  readonly catalog: Pick<PackCatalog, 'pack'>
  readonly blobs: Pick<BlobStore, 'get' | 'limits'>
  readonly work: Pick<WorkArea, 'readPack'>
  readonly cache: SegmentCache
  readonly events: Events
  readonly newSha256: () => RunningSha256
  /** All slices of the pack that are worth having when all of it is read anyway. */
  readonly layout: (pack: Pack) => Promise<readonly Slice[]>
  /** Whether what is read of this video may push other things out of the cache. */
  readonly mayClaimCache: (id: VideoId) => boolean
}

export interface SliceReaderLimits {
  /** Slices that are on their way at the same time hold at most this much memory. */
  readonly maxBytesInFlight: number
  /** What no cache keeps of a pack that was read whole is kept so long as it fits in here. */
  readonly maxRecentBytes: number
}

export const DEFAULT_READER_LIMITS: SliceReaderLimits = {
  maxBytesInFlight: 256 * 1024 * 1024,
  // Three packs of the largest size.
  maxRecentBytes: 64 * 1024 * 1024,
}

export interface SliceReadOptions {
  readonly range?: ByteRange | undefined
  readonly signal?: AbortSignal | undefined
  /** The caller has just looked into memory: do not look again. */
  readonly cold?: boolean
  /** What lies around these slices is of no interest: leave it out when nobody else reads the pack. */
  readonly alone?: boolean
  /**
   * Gets a function to be called when nobody looks any more at the bytes that were given of a slice. Their memory may then
   * be used again: who passes none may keep them.
   */
  readonly onHold?: ((release: () => void) => void) | undefined
  /** Called before the first byte of each slice. */
  readonly onOrigin?: ((origin: SliceOrigin, giver: string | null) => void) | undefined
}

const MAX_PACKS_KNOWN = 5000

/**
 * Reads slices wherever they are: in the cache, in a pack that is being filled, in the store. One slice is read once,
 * however many ask for it meanwhile, and so is one pack of a store that can only give whole blobs. The SHA-256 of a slice
 * is checked before its last byte goes on.
 */
export class SliceReader {
  readonly #ports: SliceReaderPorts
  readonly #budget: ByteBudget
  readonly #recent: RecentSlices
  readonly #pool: BytePool
  readonly #fills = new Map<string, SliceFill>()
  readonly #owners = new Map<SliceFill, VideoId>()
  readonly #flights = new Map<PackId, PackFlight>()
  readonly #storedPacks = new Map<PackId, Pack>()
  readonly #counts = { memoryHits: 0, diskHits: 0, misses: 0 }

  constructor(ports: SliceReaderPorts, limits: SliceReaderLimits = DEFAULT_READER_LIMITS) {
    this.#ports = ports
    this.#budget = new ByteBudget(limits.maxBytesInFlight)
    this.#recent = new RecentSlices(limits.maxRecentBytes)
    // No more than was in use shortly before: it adds nothing to the peak.
    this.#pool = new BytePool(limits.maxBytesInFlight)
  }

  /** How readers found what they asked for, slice by slice. Who joins a read that runs counts as a miss. */
  get counts(): { readonly memoryHits: number; readonly diskHits: number; readonly misses: number } {
    return this.#counts
  }

  /** The whole slice, when it is in memory; counts as a hit. */
  cached({ sha256 }: Slice): Uint8Array | undefined {
    const bytes = this.#ports.cache.get(sha256) ?? this.#recent.get(sha256)
    if (bytes) this.#counts.memoryHits++
    return bytes
  }

  /** Whether it is in a cache, in memory or elsewhere. */
  isHeld({ sha256 }: Slice): boolean {
    return this.#ports.cache.has(sha256) || this.#recent.has(sha256)
  }

  /** Forgets what it remembers by itself, beside the cache. */
  forget(): void {
    this.#recent.clear()
    this.#storedPacks.clear()
  }

  /**
   * The bytes of these slices one after another, or of a range within them, as they arrive. Throws BlobDamagedError
   * before the last byte of a slice that is not what was stored, and whatever the store throws.
   */
  async *read(slices: readonly Slice[], options: SliceReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { range, cold = false } = options
    let start = 0
    for (const slice of slices) {
      const first = Math.max(0, (range?.first ?? 0) - start)
      const last = Math.min(slice.length - 1, (range?.last ?? Number.MAX_SAFE_INTEGER) - start)
      start += slice.length
      if (first > last) continue
      const cached = cold ? undefined : this.cached(slice)
      if (cached) {
        options.onOrigin?.('memory', null)
        yield cached.subarray(first, last + 1)
      } else yield* this.#readFill(slice, first, last, options)
    }
  }

  async *#readFill(slice: Slice, first: number, last: number, options: SliceReadOptions) {
    const { signal, alone = false, onHold, onOrigin } = options
    const fill = this.#fillOf(slice, alone)
    if (onHold) onHold(fill.hold())
    else fill.keep()
    let isFirst = true
    for await (const chunk of fill.read(first, last, signal)) {
      if (isFirst) {
        this.#counts[fill.origin === 'disk-cache' ? 'diskHits' : 'misses']++
        onOrigin?.(fill.origin ?? 'store', fill.giver)
        isFirst = false
      }
      yield chunk
    }
  }

  /**
   * Brings the slice into the cache unless it is there or on its way; counts as nobody's request. Resolves when it is
   * proved; rejects as `read` does.
   */
  async fetch(slice: Slice, { signal, alone = false }: Pick<SliceReadOptions, 'signal' | 'alone'> = {}): Promise<void> {
    if (slice.length === 0 || this.isHeld(slice)) return
    const fill = this.#fillOf(slice, alone)
    const release = fill.hold()
    for await (const _ of fill.read(slice.length - 1, slice.length - 1, signal));
    release()
  }

  /** The fill that runs already, or a new one. */
  #fillOf(slice: Slice, alone: boolean): SliceFill {
    const running = this.#fills.get(slice.sha256)
    if (running) return running
    const fill = this.#newFill(slice)
    void this.#run(fill, alone)
    return fill
  }

  #newFill(slice: Slice): SliceFill {
    const fill = new SliceFill(slice, this.#pool, (ended) => this.#ended(ended))
    this.#fills.set(slice.sha256, fill)
    return fill
  }

  /** At once when it is proved or has failed: who asks next finds it in the cache, or begins anew. */
  #ended(fill: SliceFill): void {
    const { sha256 } = fill.slice
    if (this.#fills.get(sha256) === fill) this.#fills.delete(sha256)
    const videoId = this.#owners.get(fill)
    this.#owners.delete(fill)
    if (!fill.verified || videoId === undefined) return
    const { cache, mayClaimCache } = this.#ports
    const isKept = mayClaimCache(videoId) && cache.set(sha256, { videoId, bytes: fill.bytes })
    if (!isKept && this.#readsWhole) this.#recent.set(sha256, fill.bytes)
    if (isKept || this.#readsWhole) fill.keep()
  }

  get #keepsAnything(): boolean {
    return this.#ports.cache.tiers().some(({ maxBytes }) => maxBytes > 0)
  }

  get #readsWhole(): boolean {
    return this.#ports.blobs.limits.wholeReads ?? false
  }

  /** Never rejects: the readers of the fill get the error. */
  async #run(fill: SliceFill, alone: boolean): Promise<void> {
    const giveBack = await this.#budget.take(fill.slice.length, fill.signal).catch(() => undefined)
    try {
      await this.#find(fill, alone)
    } catch (error) {
      if (fill.carrier !== null) return
      fill.fail(error)
      if (error instanceof BlobDamagedError) this.#tell(fill.slice, error, true)
    } finally {
      giveBack?.()
    }
  }

  async #find(fill: SliceFill, alone: boolean): Promise<void> {
    const { slice } = fill
    if (isTaken(fill)) return
    if (this.#ports.cache.has(slice.sha256) && (await this.#load(fill))) return
    if (isTaken(fill)) return
    const pack = await this.#packOf(slice)
    if (isTaken(fill)) return
    this.#owners.set(fill, pack.videoId)
    if (pack.state === 'stored' && pack.ref !== null && this.#readsWhole) this.#fly(pack, pack.ref, fill, alone)
    else {
      const willBeKept = this.#keepsAnything && this.#ports.mayClaimCache(pack.videoId)
      await readSlice(fill, pack, { ...this.#ports, willBeKept, tell: (error) => this.#tell(slice, error, false) })
    }
  }

  /** From a cache that is not in memory; false when it is not there after all. */
  async #load(fill: SliceFill): Promise<boolean> {
    const memory = this.#pool.take(fill.slice.length)
    const found = await this.#ports.cache.load(fill.slice, memory)
    const isUsed = found !== undefined && !isTaken(fill)
    if (isUsed) fill.settle(memory, 'disk-cache')
    if (found?.isKept && isUsed) fill.keep()
    else if (!isUsed && !found?.isKept) this.#pool.giveBack(memory)
    return isUsed
  }

  /** A pack that is stored stays as it is: asking once is enough. */
  async #packOf({ packId }: Slice): Promise<Pack> {
    const known = this.#storedPacks.get(packId)
    if (known) return known
    const pack = await this.#ports.catalog.pack(packId)
    if (pack.state !== 'stored') return pack
    if (this.#storedPacks.size >= MAX_PACKS_KNOWN) this.#storedPacks.clear()
    this.#storedPacks.set(packId, pack)
    return pack
  }

  /** Takes the slice along when its pack is being read, else reads the pack. */
  #fly(pack: Pack, ref: BlobRef, fill: SliceFill, alone: boolean): void {
    if (this.#flights.get(pack.id)?.carry(fill)) return
    const { blobs, newSha256, layout } = this.#ports
    const flight = new PackFlight(pack, {
      takeMemory: (bytes, signal) => this.#budget.take(bytes, signal),
      layout: async () => (alone ? [] : await layout(pack).catch(() => [])),
      isHeld: (slice) => this.isHeld(slice),
      fillFor: (slice) => this.#fillFor(slice, pack.videoId),
      open: (options) => blobs.get(ref, options),
      newSha256,
      tellDamage: (slice, error, final) => this.#tell(slice ?? { packId: pack.id }, error, final),
    })
    this.#flights.set(pack.id, flight)
    flight.carry(fill)
    void flight.run().finally(() => {
      if (this.#flights.get(pack.id) === flight) this.#flights.delete(pack.id)
    })
  }

  #fillFor(slice: Slice, videoId: VideoId): SliceFill | null {
    const running = this.#fills.get(slice.sha256)
    if (running) {
      if (isTaken(running)) return null
      this.#owners.set(running, videoId)
      return running
    }
    if (this.isHeld(slice)) return null
    const fill = this.#newFill(slice)
    this.#owners.set(fill, videoId)
    return fill
  }

  #tell(slice: Partial<Slice>, error: BlobDamagedError, final: boolean): void {
    const { packId, offset, length } = slice
    const message = final ? error.message : `${error.message} They are read again, from another copy if there is one.`
    const fields = { code: error.code, packId, offset, length }
    this.#ports.events.emit({ kind: 'note', level: final ? 'error' : 'warn', message, fields })
  }
}

/** Somebody brings it already, or it has ended. */
function isTaken(fill: SliceFill): boolean {
  return fill.carrier !== null || fill.origin !== null || !fill.isOpen
}
