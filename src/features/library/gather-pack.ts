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
  source: Pick<SourceAgain, 'fill'>,
  { blobs, saved }: GatherPorts,
  signal: AbortSignal,
): Promise<void> {
  const { ref } = torn.pack
  for (let attempt = 0; ref && attempt < READS && torn.missing.length > 0; attempt++) {
    const isThere = await readRemains(torn, ref, attempt, blobs, signal)
    if (!isThere || !blobs.limits.wholeReads) break
  }
  for (const blank of saved ? torn.missing : []) {
    signal.throwIfAborted()
    if (await saved?.read(blank.slice, torn.placeOf(blank))) await torn.prove(blank, CACHE)
  }
  if (torn.missing.length > 0) await source.fill(torn)
}

/** As far as it can be read. False when there is nothing. */
async function readRemains(
  torn: TornPack,
  ref: BlobRef,
  attempt: number,
  blobs: BlobStore,
  signal: AbortSignal,
): Promise<boolean> {
  const remains = attempt === 0 ? torn.bytes : new Uint8Array(torn.bytes.byteLength)
  let end = 0
  try {
    for await (const chunk of await blobs.get(ref, { attempt, signal })) {
      const fitting = chunk.subarray(0, remains.byteLength - end)
      remains.set(fitting, end)
      end += fitting.byteLength
    }
  } catch (error) {
    if (error instanceof BlobNotFoundError) return false
    if (!(error instanceof BlobDamagedError)) throw error
  }
  for (const blank of torn.missing) {
    const { offset, length } = blank.slice
    if (offset + length > end) continue
    if (remains !== torn.bytes) torn.placeOf(blank).set(remains.subarray(offset, offset + length))
    await torn.prove(blank, REMAINS)
  }
  return true
}
