import type { Pack, Slice } from '#domain/video.ts'
import type { PackFile, WorkArea } from '#domain/work-area.ts'
import {
  PACK_FIXED_BYTES,
  PACK_HEADER_BYTES,
  type PackEntry,
  packHeader,
  packTable,
  packTrailer,
  tableBytesFor,
} from '#lib/pack-file/pack-file.ts'

/** A pack whose file is complete. */
export interface SealedPack extends Pack {
  readonly state: 'sealed'
  readonly digest: string
}

/** A pack that is being filled, with the table that will close it. */
export class OpenPack {
  readonly #pack: Pack
  readonly #file: PackFile
  readonly #maxBytes: number
  /** In the order of the bytes; what is being written is not known yet. */
  readonly #entries: (PackEntry | undefined)[]
  #tableBytes: number
  /** Things with bytes in this pack of which more may come. */
  readonly #unfinished = new Set<string>()

  private constructor(pack: Pack, file: PackFile, maxBytes: number, entries: readonly PackEntry[]) {
    this.#pack = pack
    this.#file = file
    this.#maxBytes = maxBytes
    this.#entries = [...entries]
    this.#tableBytes = entries.reduce((sum, entry) => sum + tableBytesFor(entry), 0)
  }

  static async start(pack: Pack, work: WorkArea, maxBytes: number): Promise<OpenPack> {
    const open = new OpenPack(pack, await work.openPack(pack.videoId, pack.position, 0), maxBytes, [])
    await open.#orClosed(open.#file.append([packHeader(pack.videoId, pack.position)]))
    return open
  }

  /** Goes on after `entries`; bytes behind them are forgotten. */
  static async goOn(pack: Pack, work: WorkArea, maxBytes: number, entries: readonly PackEntry[]): Promise<OpenPack> {
    const end = entries.reduce((most, { offset, length }) => Math.max(most, offset + length), PACK_HEADER_BYTES)
    return new OpenPack(pack, await work.openPack(pack.videoId, pack.position, end), maxBytes, entries)
  }

  /** Payload bytes that one more run of `name` may have; negative when there is no room for its table entry. */
  roomFor(name: string): number {
    const fixed = PACK_FIXED_BYTES - PACK_HEADER_BYTES
    return this.#maxBytes - this.#file.byteLength - fixed - this.#tableBytes - tableBytesFor({ name })
  }

  /** Whether all that has bytes here has ended. */
  get isWhole(): boolean {
    return this.#unfinished.size === 0
  }

  /** Whether more of the thing may come. */
  hasUnfinished(name: string): boolean {
    return this.#unfinished.has(name)
  }

  /** Takes its place at once; several may be on their way. */
  async append(name: string, bytes: readonly Uint8Array[], part: number, startSec?: number): Promise<Slice> {
    const row = this.#entries.push(undefined) - 1
    this.#tableBytes += tableBytesFor({ name })
    this.#unfinished.add(name)
    const written = await this.#file.append(bytes)
    this.#entries[row] = { name, ...written, part, last: false, ...(startSec !== undefined && { startSec }) }
    return { packId: this.#pack.id, ...written }
  }

  /** The thing is complete. `endsHere`: its last run lies in this pack, not in a later one. */
  end(name: string, endsHere: boolean, durationSec?: number): void {
    if (!this.#unfinished.delete(name) || !endsHere) return
    const index = this.#entries.findLastIndex((entry) => entry?.name === name)
    const entry = this.#entries[index]
    if (entry) this.#entries[index] = { ...entry, last: true, ...(durationSec !== undefined && { durationSec }) }
  }

  /** Writes table and trailer and closes the file. The pack is complete and nobody changes it any more. */
  async seal(): Promise<SealedPack> {
    const table = packTable(this.#entries.filter((entry) => entry !== undefined))
    const { length, sha256: digest } = await this.#orClosed(this.#file.append([table]))
    await this.#orClosed(this.#file.append([packTrailer(length, digest)]))
    const { byteLength } = this.#file
    await this.close()
    return { ...this.#pack, state: 'sealed', byteLength, digest }
  }

  async close(): Promise<void> {
    await this.#file[Symbol.asyncDispose]()
  }

  /** Of a pack that cannot be written nobody holds on to the file. */
  async #orClosed<T>(writing: Promise<T>): Promise<T> {
    try {
      return await writing
    } catch (error) {
      await this.close()
      throw error
    }
  }
}
