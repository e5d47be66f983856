import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryCatalog } from '#adapters/memory/memory-catalog.ts'
import { memoryChannelLedger } from '#adapters/memory/memory-channel-ledger.ts'
import type { Catalog } from '#domain/catalog.ts'
import type { CatalogSnapshot } from '#domain/catalog-snapshots.ts'
import type { VideoId } from '#domain/ids.ts'
import {
  addPack,
  attachment,
  FILM,
  newVideo,
  SERIES,
  STATISTICS,
  segment,
  track,
} from '#test/contracts/catalog-samples.ts'
import { restoreSnapshot } from './restore-snapshot.ts'
import { saveSnapshot } from './save-snapshot.ts'

const signal = new AbortController().signal

describe('a snapshot of the catalog', () => {
  it('gives the same catalog again, wherever the lines were cut on their way', async () => {
    const { ports, saved } = await library()
    expect(await saveSnapshot(ports)).toBe(true)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5000 }), async (chunkBytes) => {
        const other = memoryCatalog()
        const restored = await restore(saved(chunkBytes), other)
        expect(restored.sort()).toEqual([FILM, SERIES])
        for (const id of [FILM, SERIES]) expect(await other.record(id)).toEqual(await ports.catalog.record(id))
      }),
      { numRuns: 20 },
    )
  })

  it('is taken again only when something has changed', async () => {
    const { ports } = await library()
    expect([await saveSnapshot(ports), await saveSnapshot(ports)]).toEqual([true, false])
    await ports.catalog.updateVideo(FILM, { title: 'Another title' })
    expect([await saveSnapshot(ports), await saveSnapshot(ports)]).toEqual([true, false])
    await ports.catalog.removeVideo(SERIES)
    expect([await saveSnapshot(ports), await saveSnapshot(ports)]).toEqual([true, false])
    await ports.catalog.removeVideo(FILM)
    expect([await saveSnapshot(ports), await saveSnapshot(ports)]).toEqual([true, false])
  })

  it('is not taken of a library that was always empty, nor counted when it could not be saved', async () => {
    const { ports } = await library([])
    expect(await saveSnapshot(ports)).toBe(false)
    await addFilm(ports.catalog, FILM)
    const failing = { ...ports, snapshots: { ...ports.snapshots, save: () => Promise.reject(new Error('no line')) } }
    await expect(saveSnapshot(failing)).rejects.toThrow('no line')
    expect(await saveSnapshot(ports)).toBe(true)
  })

  it('leaves what the catalog knows as it is, and writes nothing when it is only asked', async () => {
    const { ports, saved } = await library()
    await saveSnapshot(ports)
    await ports.catalog.updateVideo(FILM, { title: 'Changed since' })
    await ports.catalog.removeVideo(SERIES)
    const dry = restoreSnapshot(saved(100), ports.catalog, { dryRun: true, signal })
    expect((await Array.fromAsync(dry)).map(({ video }) => video.id)).toEqual([SERIES])
    expect((await ports.catalog.videos()).total).toBe(1)
    expect(await restore(saved(100), ports.catalog)).toEqual([SERIES])
    expect((await ports.catalog.video(FILM)).title).toBe('Changed since')
  })
})

async function restore(snapshot: CatalogSnapshot, catalog: Catalog): Promise<VideoId[]> {
  const records = await Array.fromAsync(restoreSnapshot(snapshot, catalog, { dryRun: false, signal }))
  return records.map(({ video }) => video.id)
}

/** A catalog with these videos, and a place for snapshots that keeps the newest. */
async function library(ids: readonly VideoId[] = [FILM, SERIES]) {
  const catalog = memoryCatalog()
  for (const id of ids) await addFilm(catalog, id)
  let bytes: Buffer = Buffer.alloc(0)
  const snapshots = {
    save: async (lines: AsyncIterable<Uint8Array>) => {
      bytes = Buffer.concat(await Array.fromAsync(lines))
    },
    latest: async () => null,
  }
  const sha256 = async (of: Uint8Array) => createHash('sha256').update(of).digest('hex')
  const saved = (chunkBytes: number): CatalogSnapshot => ({
    savedAt: new Date(0),
    async *read() {
      for (let at = 0; at < bytes.byteLength; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
    },
  })
  return { ports: { catalog, snapshots, ledger: memoryChannelLedger(), sha256 }, saved }
}

async function addFilm(catalog: Catalog, id: VideoId): Promise<void> {
  await catalog.addVideo(newVideo(id))
  await catalog.addTracks(id, [track(id, 'v0')])
  const pack = await addPack(catalog, id, 0)
  await catalog.addEntries(id, {
    segments: [segment(id, 'v0', 0, [pack.id, 64, 1000])],
    attachments: [attachment(id, 'poster.jpg', [pack.id, 1064, 50])],
    packs: [{ id: pack.id, position: 0, sealed: { byteLength: 1200, digest: 'cd'.repeat(32) } }],
  })
  await catalog.markStored([{ id: pack.id, ref: `memory:${id}/0` }])
  await catalog.publish(id, { durationSec: 6, statistics: STATISTICS })
}
