import type { BlobStore } from '#domain/blob-store.ts'
import type { PackCatalog } from '#domain/catalog.ts'
import { BlobDamagedError, BlobNotFoundError } from '#domain/errors.ts'
import type { Pack } from '#domain/video.ts'
import type { WorkArea } from '#domain/work-area.ts'
import type { RunningSha256, SliceFill } from './slice-fill.ts'

export interface ReadSlicePorts {
  readonly catalog: Pick<PackCatalog, 'pack'>
  readonly blobs: Pick<BlobStore, 'get'>
  readonly work: Pick<WorkArea, 'readPack'>
  readonly newSha256: () => RunningSha256
  /** The cache will keep it. */
  readonly willBeKept: boolean
  /** Its bytes were wrong; they are read once more. */
  readonly tell: (error: BlobDamagedError) => void
}

const MAX_TRIES = 2

/** Reads this slice of the pack and nothing else into the fill; once more, from elsewhere if possible, when its bytes are wrong. */
export async function readSlice(fill: SliceFill, pack: Pack, ports: ReadSlicePorts): Promise<void> {
  fill.begin(pack.state === 'stored' ? 'store' : 'work', ports.newSha256(), ports)
  for (let attempt = 0; fill.isOpen; attempt++) {
    try {
      await pour(fill, pack, attempt, ports)
      fill.finish()
    } catch (error) {
      if (!(error instanceof BlobDamagedError) || attempt + 1 >= MAX_TRIES) throw error
      ports.tell(error)
      fill.restart(ports.newSha256())
    }
  }
}

/** A pack may move from the work area into the store between the look and the read: look again, once. */
async function pour(fill: SliceFill, pack: Pack, attempt: number, ports: ReadSlicePorts): Promise<void> {
  try {
    await pourFrom(fill, pack, attempt, ports)
  } catch (error) {
    if (!(error instanceof BlobNotFoundError)) throw error
    await pourFrom(fill, await ports.catalog.pack(pack.id), attempt, ports)
  }
}

async function pourFrom(fill: SliceFill, pack: Pack, attempt: number, { blobs, work }: ReadSlicePorts): Promise<void> {
  const { offset, length } = fill.slice
  const range = { first: offset + fill.filled, last: offset + length - 1 }
  const options = { signal: fill.signal, into: fill.rest }
  const onGiver = (giver: string) => {
    fill.giver = giver
  }
  const chunks =
    pack.state === 'stored' && pack.ref !== null
      ? await blobs.get(pack.ref, { range, ...options, attempt, onGiver })
      : await work.readPack(pack.videoId, pack.position, range, options)
  for await (const chunk of chunks) fill.add(chunk)
}
