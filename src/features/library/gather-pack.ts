import type { BlobRef, BlobStore } from '#domain/blob-store.ts'
import { BlobDamagedError, BlobNotFoundError } from '#domain/errors.ts'
import type { SavedSlices } from '#domain/segment-cache.ts'
import type { SourceAgain } from './cut-again.ts'
import type { TornPack } from './torn-pack.ts'

/** The words for where slices came from. */
const REMAINS = 'what is left of it'
const CACHE = 'the cache'

export interface GatherPorts {
  readonly blobs: BlobStore
  /** Null where no cache lies on disk. */
  readonly saved: SavedSlices | null
}

/** A second try may come from another copy. */
const READS = 2

/** Finds all it can of the pack, the nearest first: in the pack itself, in the cache, in the file it was made from. */
export async function gatherPack(
  torn: TornPack,
  { source, spares }: { readonly source: Pick<SourceAgain, 'fill'>; readonly spares: readonly BlobRef[] },
  { blobs, saved }: GatherPorts,
  signal: AbortSignal,
): Promise<void> {
  const { ref } = torn.pack
  for (const each of ref ? [ref, ...spares] : spares) await gatherRemains(torn, each, blobs, signal)
  for (const blank of saved ? torn.missing : []) {
    signal.throwIfAborted()
    if (await saved?.read(blank.slice, torn.placeOf(blank))) await torn.prove(blank, CACHE)
  }
  if (torn.missing.length > 0) await source.fill(torn)
}

async function gatherRemains(torn: TornPack, ref: BlobRef, blobs: BlobStore, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < READS && torn.missing.length > 0; attempt++) {
    const isOwn = ref === torn.pack.ref && attempt === 0
    // What is not in question stays as it was: dead bytes, and the table.
    const into = isOwn ? torn.bytes : new Uint8Array(torn.bytes.byteLength)
    const end = await readRemains(into, ref, attempt, blobs, signal)
    await proveAll(torn, into.subarray(0, end))
    if (end === 0 || !blobs.limits.wholeReads) return
  }
}

async function proveAll(torn: TornPack, remains: Uint8Array): Promise<void> {
  for (const blank of torn.missing) {
    const { offset, length } = blank.slice
    if (offset + length > remains.byteLength) continue
    if (remains.buffer !== torn.bytes.buffer) torn.placeOf(blank).set(remains.subarray(offset, offset + length))
    await torn.prove(blank, REMAINS)
  }
}

/** As far as it can be read; resolves with how many bytes that are. */
async function readRemains(
  into: Uint8Array,
  ref: BlobRef,
  attempt: number,
  blobs: BlobStore,
  signal: AbortSignal,
): Promise<number> {
  let end = 0
  try {
    for await (const chunk of await blobs.get(ref, { attempt, signal })) {
      const fitting = chunk.subarray(0, into.byteLength - end)
      into.set(fitting, end)
      end += fitting.byteLength
    }
  } catch (error) {
    if (!(error instanceof BlobDamagedError || error instanceof BlobNotFoundError)) throw error
  }
  return end
}
