import type { VideoRecord } from '#domain/catalog.ts'
import { attachmentEntryName } from '#domain/entry-names.ts'
import type { Sha256 } from '#domain/hashing.ts'
import { packContents } from '#domain/pack-contents.ts'
import type { Attachment } from '#domain/video.ts'
import {
  PACK_HEADER_BYTES,
  PACK_TRAILER_BYTES,
  type PackEntry,
  PackFormatError,
  packTable,
  packTrailer,
  readPackTrailer,
} from '#lib/pack-file/pack-file.ts'
import type { TornPack } from './torn-pack.ts'

/** The bytes of a pack, one run after another. */
export interface ComposedPack {
  readonly runs: readonly Uint8Array[]
  readonly byteLength: number
  /** SHA-256 of its table. */
  readonly digest: string
}

/**
 * The pack as it was, byte for byte as far as anybody can tell: with the table that the catalog knows by its hash. Null
 * when that table cannot be made again, because it named things that are no longer known.
 */
export async function composeAsItWas(
  torn: TornPack,
  record: Pick<VideoRecord, 'segments' | 'attachments'>,
  sha256: Sha256,
): Promise<ComposedPack | null> {
  const { pack, bytes } = torn
  if (torn.missing.length > 0 || pack.digest === null) return null
  const entries = packContents(record).get(pack.id) ?? []
  for (const table of [packTable(entries), tableIn(bytes)]) {
    if (table === null || (await sha256(table)) !== pack.digest) continue
    const at = pack.byteLength - PACK_TRAILER_BYTES - table.byteLength
    if (at < endOf(entries)) continue
    bytes.set(table.slice(), at)
    bytes.set(packTrailer(table.byteLength, pack.digest), pack.byteLength - PACK_TRAILER_BYTES)
    torn.writeHeader()
    return { runs: [bytes], byteLength: bytes.byteLength, digest: pack.digest }
  }
  return null
}

/** A file that takes the place of one that is lost. */
interface NewFile {
  readonly facts: Attachment
  readonly bytes: Uint8Array
}

/**
 * A pack that holds what was found at the places where it was, and the new files where there is room; nothing else. The
 * attachments that come back are the new files that found room.
 */
export async function composeAnew(
  torn: TornPack,
  record: Pick<VideoRecord, 'segments' | 'attachments'>,
  { files, maxBytes }: { readonly files: readonly NewFile[]; readonly maxBytes: number },
  sha256: Sha256,
): Promise<{ readonly composed: ComposedPack; readonly attachments: readonly Attachment[] }> {
  torn.clean()
  const found = new Set(torn.found.map(({ slice }) => slice.offset))
  const kept = (packContents(record).get(torn.pack.id) ?? []).filter(({ offset }) => found.has(offset))
  let entries: readonly PackEntry[] = kept
  const attachments: Attachment[] = []
  const tail: Uint8Array[] = []
  for (const { facts, bytes } of files) {
    const slice = { length: bytes.byteLength, sha256: await sha256(bytes) }
    const gap = gapFor(bytes.byteLength, entries)
    const offset = gap ?? endOf(entries)
    const entry = { name: attachmentEntryName(facts.name), offset, ...slice, part: 0, last: true }
    const more = [...entries, entry]
    if (endOf(more) + packTable(more).byteLength + PACK_TRAILER_BYTES > maxBytes) continue
    entries = more.toSorted((one, other) => one.offset - other.offset)
    if (gap === null) tail.push(bytes)
    else torn.bytes.set(bytes, gap)
    const slices = [{ packId: torn.pack.id, offset, ...slice }]
    attachments.push({ ...facts, slices, byteLength: bytes.byteLength })
  }
  const table = packTable(entries)
  const digest = await sha256(table)
  const tailBytes = tail.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const payload = torn.bytes.subarray(0, endOf(entries) - tailBytes)
  const runs = [payload, ...tail, table, packTrailer(table.byteLength, digest)]
  return { composed: { runs, byteLength: sumOf(runs), digest }, attachments }
}

function tableIn(bytes: Uint8Array): Uint8Array | null {
  try {
    const trailer = bytes.subarray(bytes.byteLength - PACK_TRAILER_BYTES)
    const { tableOffset, tableBytes } = readPackTrailer(trailer, bytes.byteLength)
    return bytes.subarray(tableOffset, tableOffset + tableBytes)
  } catch (error) {
    if (error instanceof PackFormatError) return null
    throw error
  }
}

/** Where so many bytes fit between others. */
function gapFor(byteLength: number, entries: readonly PackEntry[]): number | null {
  let end = PACK_HEADER_BYTES
  for (const { offset, length } of entries) {
    if (offset - end >= byteLength) return end
    end = Math.max(end, offset + length)
  }
  return null
}

function endOf(entries: readonly PackEntry[]): number {
  return entries.reduce((end, { offset, length }) => Math.max(end, offset + length), PACK_HEADER_BYTES)
}

function sumOf(runs: readonly Uint8Array[]): number {
  return runs.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
