import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase } from '#adapters/database/open-database.ts'
import { DiskBlobStore } from '#adapters/disk/disk-blob-store.ts'
import type { VideoRecord } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Slice } from '#domain/video.ts'

export interface StoredVideo {
  readonly record: VideoRecord
  /** SHA-256 of each segment's bytes, by `v0 12`. */
  readonly segments: ReadonlyMap<string, string>
  /** Blobs that the store holds and no video of the catalog knows. */
  readonly strays: readonly string[]
}

/** What a data folder holds of a video, read without the program: catalog, bytes, and what belongs to nobody. */
export async function readStored(dataDir: string, videoId: VideoId): Promise<StoredVideo> {
  await using database = await openDatabase({ kind: 'sqlite', path: join(dataDir, 'catalog.db') })
  const blobs = new DiskBlobStore(join(dataDir, 'blobs'), 1e9)
  const record = await database.catalog.record(videoId)
  const segments = new Map<string, string>()
  for (const { trackId, index, slices } of record.segments) {
    segments.set(`${trackId.split('/')[1]} ${index}`, await hashOf(slices, record, blobs))
  }
  const { videos } = await database.catalog.videos({ limit: 1000 })
  const known = new Set<string>()
  for (const { id } of videos) for (const { ref } of await database.catalog.packs(id)) if (ref) known.add(ref)
  const strays = (await Array.fromAsync(blobs.list())).map(({ ref }) => ref).filter((ref) => !known.has(ref))
  return { record, segments, strays }
}

async function hashOf(slices: readonly Slice[], { packs }: VideoRecord, blobs: DiskBlobStore): Promise<string> {
  const hash = createHash('sha256')
  for (const { packId, offset, length } of slices) {
    const ref = packs.find(({ id }) => id === packId)?.ref
    if (!ref) throw new Error(`Pack ${packId} is not stored.`)
    const range = { first: offset, last: offset + length - 1 }
    for await (const bytes of await blobs.get(ref, { range })) hash.update(bytes)
  }
  return hash.digest('hex')
}

/** Files in the work and scratch folders: none when nothing is being done. */
export async function leftovers(dataDir: string): Promise<string[]> {
  const folders = ['work', 'scratch', 'uploads'].map((name) => join(dataDir, name))
  const lists = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true }).catch(() => [])))
  return lists.flat()
}
