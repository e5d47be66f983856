import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openDatabase } from '#adapters/database/open-database.ts'
import { DiskBlobStore } from '#adapters/disk/disk-blob-store.ts'
import { DiskSourceFiles } from '#adapters/disk/disk-source-files.ts'
import { DiskWorkArea } from '#adapters/disk/disk-work-area.ts'
import type { BlobRef } from '#domain/blob-store.ts'
import type { VideoSource } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Slice } from '#domain/video.ts'
import type { IngestPorts } from './ingest-ports.ts'
import type { IngestStep } from './ingest-step.ts'
import { ingestVideo } from './ingest-video.ts'
import { ScriptedMedia, scriptedBytes } from './scripted-media.test-support.ts'

export const VIDEO = 'testvideo0000001' as VideoId
const SETTINGS = { minSegmentSec: 2, maxSegmentSec: 30, oversized: 'split' } as const

/** Thrown where a kill would strike; nothing after it runs. */
class Killed extends Error {}

export type Lab = Awaited<ReturnType<typeof openLab>>

/** A library with one queued video, whose film is scripted, in a new folder below `folder`. */
export async function openLab(
  film: ConstructorParameters<typeof ScriptedMedia>[0],
  folder: string,
  came: Omit<VideoSource, 'path'> = { owned: false },
) {
  const own = await mkdtemp(join(folder, 'lab-'))
  const source = join(own, 'source.mkv')
  await writeFile(source, 'anything')
  const media = new ScriptedMedia(film)
  const open = async () => {
    const database = await openDatabase({ kind: 'sqlite', path: join(own, 'catalog.db') })
    const ports: IngestPorts = {
      catalog: database.catalog,
      media,
      blobs: new DiskBlobStore(join(own, 'blobs'), 16_000),
      work: new DiskWorkArea(join(own, 'work')),
      sources: new DiskSourceFiles(),
      events: { emit: () => {} },
    }
    return { database, ports }
  }
  let { database, ports } = await open()
  await ports.catalog.addVideo({
    id: VIDEO,
    title: 'Test',
    originalFilename: 'Test.mkv',
    byteLength: 8,
    source: { ...came, path: source },
    createdAt: new Date(0),
  })
  /** As another process would. */
  const reopen = async () => {
    await database[Symbol.asyncDispose]()
    ;({ database, ports } = await open())
  }
  const run = (reached: (step: IngestStep) => void) =>
    ingestVideo(VIDEO, ports, { settings: SETTINGS, signal: new AbortController().signal, report: () => {}, reached })
  return {
    film,
    media,
    folder: own,
    get ports() {
      return ports
    },
    ingest: () => run(() => {}),
    /** Ends at the given step as if the process had died, and opens everything anew. Resolves with whether it came so far. */
    async killAfter(steps: number) {
      let left = steps
      await run(() => {
        if (--left === 0) throw new Killed()
      }).catch((error) => {
        if (!(error instanceof Killed)) throw error
      })
      await reopen()
      return left <= 0
    },
    reopen,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

/** What the slices hold, from the store. */
export async function read(
  slices: readonly Slice[],
  { blobs }: IngestPorts,
  packs: readonly { id: string; ref: BlobRef | null }[],
) {
  const chunks: Uint8Array[] = []
  for (const { packId, offset, length } of slices) {
    const ref = packs.find(({ id }) => id === packId)?.ref as BlobRef
    for await (const chunk of await blobs.get(ref, { range: { first: offset, last: offset + length - 1 } }))
      chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Every byte of the film is in the store, once, and nothing in the work area. */
export async function expectWhole({ film, ports, folder: own }: Lab): Promise<void> {
  const { catalog, blobs } = ports
  const record = await catalog.record(VIDEO)
  for (const [number, sizes] of film.sizes.entries()) {
    const track = record.tracks.filter(({ kind }) => kind !== 'subtitles')[number]
    const segments = record.segments.filter(({ trackId }) => trackId === track?.id)
    expect(segments.map(({ index }) => index)).toEqual(['init', ...sizes.keys()])
    for (const { index, slices } of segments) {
      const expected =
        index === 'init' ? scriptedBytes(number, -1, 40) : scriptedBytes(number, index, sizes[index] ?? 0)
      expect(Buffer.compare(await read(slices, ports, record.packs), expected)).toBe(0)
    }
  }
  const refs = new Set(record.packs.map(({ ref }) => ref))
  const stored = (await Array.fromAsync(blobs.list())).map(({ ref }) => ref)
  expect(new Set(stored)).toEqual(refs)
  expect(record.packs.every(({ state }) => state === 'stored')).toBe(true)
  expect(record.attachments.map(({ name }) => name).sort()).toEqual(
    ['manifest.json', 'outline.json', 'poster.jpg', 's0.orig.srt', 's0.vtt'].sort(),
  )
  expect(await readdir(join(own, 'work')).catch(() => [])).toEqual([])
}
