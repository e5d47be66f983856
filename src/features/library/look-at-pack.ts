import type { BlobRef } from '#domain/blob-store.ts'
import { BlobDamagedError, BlobNotFoundError, ProductError } from '#domain/errors.ts'
import type { Attachment, Pack, Segment } from '#domain/video.ts'
import { type OpenedPack, openStoredPack, type PackReadPorts } from './read-pack.ts'
import type { Blank } from './torn-pack.ts'

/** What cannot be given back, and the reason. */
export interface DamagedSlice {
  readonly owner: Segment | Attachment
  readonly why: string
  /** The bytes are lost; otherwise they could only not be reached. */
  readonly isLoss: boolean
}

/** The slices of a pack that cannot be given back. `full`: every one is read; else what it takes to find the pack. */
export async function damagedSlices(
  pack: Pack,
  slices: readonly Blank[],
  ports: PackReadPorts,
  { full, signal }: { readonly full: boolean; readonly signal: AbortSignal },
): Promise<DamagedSlice[]> {
  let opened: OpenedPack | undefined
  const fault = await faultOf(async () => {
    // A store of whole blobs would read all of it to tell what lies in it. Whether it is there takes it a while too.
    const isRead = full || !ports.blobs.limits.wholeReads
    const opening = isRead && pack.ref ? openAsKnown(pack, ports, signal) : undefined
    opening?.catch(() => {}) // That it is not there, or has another length, says more.
    await requireSize(pack, ports, signal)
    opened = await opening
  })
  if (fault) return slices.map(({ owner }) => ({ owner, ...fault }))
  const damaged: DamagedSlice[] = []
  for (const { owner, slice } of full ? slices : []) {
    const name = 'trackId' in owner ? `segment ${owner.index}` : owner.name
    const wrong = await faultOf(async () => opened?.entry({ ...slice, name }))
    if (wrong) damaged.push({ owner, ...wrong })
  }
  return damaged
}

async function requireSize(
  { ref, position, byteLength }: Pack,
  ports: PackReadPorts,
  signal: AbortSignal,
): Promise<void> {
  const size = ref && (await ports.blobs.size(ref, signal))
  if (!ref) throw new BlobNotFoundError(`pack ${position} was never stored`)
  if (size === null) throw new BlobNotFoundError(`pack ${position} is gone`)
  if (size !== byteLength) throw new BlobDamagedError(`pack ${position} has ${size} bytes, not ${byteLength}`)
}

/** Rejects with the reason when the pack as a whole is not the one that the catalog knows. */
async function openAsKnown(pack: Pack, ports: PackReadPorts, signal: AbortSignal): Promise<OpenedPack> {
  const { ref, position } = pack
  const opened = await openStoredPack(ref as BlobRef, ports, signal)
  if (opened.digest === pack.digest && opened.byteLength === pack.byteLength) return opened
  throw new BlobDamagedError(`pack ${position} is not the one the catalog knows`)
}

async function faultOf(read: () => Promise<unknown>): Promise<Omit<DamagedSlice, 'owner'> | null> {
  try {
    await read()
    return null
  } catch (error) {
    const isLoss = error instanceof BlobDamagedError || error instanceof BlobNotFoundError
    if (error instanceof ProductError) return { why: error.message, isLoss }
    throw error
  }
}
