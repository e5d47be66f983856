import type { VideoRecord } from '#domain/catalog.ts'
import { attachmentEntryName, segmentEntryName } from '#domain/entry-names.ts'
import type { Sha256 } from '#domain/hashing.ts'
import type { Attachment, Pack, Segment, Slice } from '#domain/video.ts'
import { packHeader } from '#lib/pack-file/pack-file.ts'

/** A run of bytes that is wanted in a pack, and whose it is. */
export interface Blank {
  /** As the table of the pack calls it. */
  readonly name: string
  readonly owner: Segment | Attachment
  readonly slice: Slice
  /** Where it begins in the bytes of its owner. */
  readonly at: number
}

/** Everything of this video that lies in this pack, in no order. */
export function blanksOf(
  { segments, attachments }: Pick<VideoRecord, 'segments' | 'attachments'>,
  { id }: Pack,
): readonly Blank[] {
  const blanks: Blank[] = []
  for (const owner of [...segments, ...attachments]) {
    const name = 'trackId' in owner ? segmentEntryName(owner) : attachmentEntryName(owner.name)
    let at = 0
    for (const slice of owner.slices) {
      if (slice.packId === id) blanks.push({ name, owner, slice, at })
      at += slice.length
    }
  }
  return blanks
}

/** A pack that is put together again in memory: nothing counts as found that is not proved. */
export class TornPack {
  readonly pack: Pack
  /** As long as the pack was. */
  readonly bytes: Uint8Array
  readonly blanks: readonly Blank[]
  readonly #sha256: Sha256
  readonly #found = new Map<Blank, string>()

  constructor(pack: Pack, blanks: readonly Blank[], sha256: Sha256) {
    this.pack = pack
    this.blanks = blanks
    this.bytes = new Uint8Array(pack.byteLength)
    this.#sha256 = sha256
  }

  get missing(): readonly Blank[] {
    return this.blanks.filter((blank) => !this.#found.has(blank))
  }

  get found(): readonly Blank[] {
    return this.blanks.filter((blank) => this.#found.has(blank))
  }

  /** How many came from where, in the order in which those were asked. */
  get origins(): ReadonlyMap<string, number> {
    const origins = new Map<string, number>()
    for (const origin of this.#found.values()) origins.set(origin, (origins.get(origin) ?? 0) + 1)
    return origins
  }

  /** Where its bytes belong. */
  placeOf({ slice: { offset, length } }: Blank): Uint8Array {
    return this.bytes.subarray(offset, offset + length)
  }

  /** True when the bytes that lie in its place are the right ones; else they are wiped out. */
  async prove(blank: Blank, origin: string): Promise<boolean> {
    const place = this.placeOf(blank)
    const isRight = place.byteLength === blank.slice.length && (await this.#sha256(place)) === blank.slice.sha256
    if (isRight) this.#found.set(blank, origin)
    else place.fill(0)
    return isRight
  }

  /** Everything but what was found is wiped out, and the header is as it should be. */
  clean(): void {
    let end = 0
    for (const { slice } of this.found.toSorted((one, other) => one.slice.offset - other.slice.offset)) {
      if (slice.offset > end) this.bytes.fill(0, end, slice.offset)
      end = Math.max(end, slice.offset + slice.length)
    }
    this.bytes.fill(0, end)
    this.writeHeader()
  }

  writeHeader(): void {
    this.bytes.set(packHeader(this.pack.videoId, this.pack.position))
  }
}
