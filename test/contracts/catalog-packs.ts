import { describe, expect, it } from 'vitest'
import type { Catalog } from '#domain/catalog.ts'
import { ConflictError, NotFoundError } from '#domain/errors.ts'
import type { PackId, VideoId } from '#domain/ids.ts'

import { attachment, FILM, newVideo, SERIES, segment, track } from './catalog-samples.ts'
import { type CreateCatalog, TestWorld } from './create-catalog.ts'

export function testPacks(name: string, create: CreateCatalog): void {
  const open = () => create(new TestWorld().about)

  describe(`${name}: packs`, () => {
    it('fills, seals and stores a pack', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      const pack = await opened.catalog.addPack(FILM, 0)
      const fresh = {
        id: pack.id,
        videoId: FILM,
        position: 0,
        state: 'filling',
        ref: null,
        byteLength: 0,
        digest: null,
      }
      expect(pack).toEqual(fresh)
      await opened.catalog.sealPack(pack.id, { byteLength: 900, digest: 'cafe' })
      expect(await opened.catalog.pack(pack.id)).toEqual({ ...fresh, state: 'sealed', byteLength: 900, digest: 'cafe' })
      await opened.catalog.markStored(pack.id, 'disk:film/000000')
      const stored = { ...fresh, state: 'stored', byteLength: 900, digest: 'cafe', ref: 'disk:film/000000' }
      expect(await opened.catalog.pack(pack.id)).toEqual(stored)
    })

    it('returns the pack that stands at a position', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      const first = await opened.catalog.addPack(FILM, 0)
      await opened.catalog.sealPack(first.id, { byteLength: 9, digest: 'd' })
      expect(await opened.catalog.addPack(FILM, 0)).toMatchObject({ id: first.id, state: 'sealed' })
      expect(await opened.catalog.packs(FILM)).toHaveLength(1)
    })

    it('lists packs by position', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      for (const position of [10, 2, 0]) await opened.catalog.addPack(FILM, position)
      expect((await opened.catalog.packs(FILM)).map(({ position }) => position)).toEqual([0, 2, 10])
    })

    it('takes the same step twice without complaint', async () => {
      await using opened = await open()
      const { catalog } = opened
      await catalog.addVideo(newVideo(FILM))
      const { id } = await catalog.addPack(FILM, 0)
      await catalog.sealPack(id, { byteLength: 8, digest: 'old' })
      await catalog.sealPack(id, { byteLength: 9, digest: 'd' })
      for (let time = 0; time < 2; time++) await catalog.markStored(id, 'disk:1')
      await catalog.sealPack(id, { byteLength: 9, digest: 'd' })
      expect(await catalog.pack(id)).toMatchObject({ state: 'stored', ref: 'disk:1', byteLength: 9, digest: 'd' })
    })

    it('refuses steps out of order', async () => {
      await using opened = await open()
      const { catalog } = opened
      await catalog.addVideo(newVideo(FILM))
      const { id } = await catalog.addPack(FILM, 0)
      await expect(catalog.markStored(id, 'disk:1')).rejects.toBeInstanceOf(ConflictError)
      await catalog.sealPack(id, { byteLength: 9, digest: 'd' })
      await catalog.markStored(id, 'disk:1')
      await expect(catalog.markStored(id, 'disk:2')).rejects.toBeInstanceOf(ConflictError)
      await expect(catalog.sealPack(id, { byteLength: 8, digest: 'd' })).rejects.toBeInstanceOf(ConflictError)
      expect(await catalog.pack(id)).toMatchObject({ ref: 'disk:1', byteLength: 9 })
    })

    it('says when there is no such pack', async () => {
      await using opened = await open()
      const id = 'nobody' as PackId
      await expect(opened.catalog.pack(id)).rejects.toBeInstanceOf(NotFoundError)
      await expect(opened.catalog.sealPack(id, { byteLength: 1, digest: '' })).rejects.toBeInstanceOf(NotFoundError)
      await expect(opened.catalog.markStored(id, 'disk:1')).rejects.toBeInstanceOf(NotFoundError)
    })

    it('forgets packs from a position on, with every entry that touches them', async () => {
      await using opened = await open()
      const { catalog } = opened
      const [p0, p1, p2] = await fill(catalog, FILM)
      await fill(catalog, SERIES)
      await catalog.dropPacksFrom(FILM, 1)
      await catalog.dropPacksFrom(FILM, 1)
      expect((await catalog.packs(FILM)).map(({ id }) => id)).toEqual([p0])
      expect((await catalog.segments(track(FILM, 'v0').id)).map(({ index }) => index)).toEqual(['init', 0])
      expect((await catalog.attachments(FILM)).map((each) => each.name)).toEqual(['early.jpg'])
      expect(await catalog.packs(SERIES)).toHaveLength(3)
      expect(await catalog.segments(track(SERIES, 'v0').id)).toHaveLength(5)
      for (const id of [p1, p2]) await expect(catalog.pack(id)).rejects.toBeInstanceOf(NotFoundError)
    })

    it('gives a pack that comes after a dropped one another id: what was read of the old one is not of the new', async () => {
      await using opened = await open()
      const [, p1] = await fill(opened.catalog, FILM)
      await opened.catalog.dropPacksFrom(FILM, 1)
      expect((await opened.catalog.addPack(FILM, 1)).id).not.toBe(p1)
    })
  })
}

/** Three packs; segment 1 lies across the border of the first two. */
async function fill(catalog: Catalog, id: VideoId): Promise<readonly [PackId, PackId, PackId]> {
  await catalog.addVideo(newVideo(id))
  await catalog.addTracks(id, [track(id, 'v0')])
  const packs = [await catalog.addPack(id, 0), await catalog.addPack(id, 1), await catalog.addPack(id, 2)]
  const [p0, p1, p2] = packs.map((pack) => pack.id) as [PackId, PackId, PackId]
  await catalog.addEntries(id, {
    segments: [
      segment(id, 'v0', 'init', [p0, 64, 10]),
      segment(id, 'v0', 0, [p0, 74, 10]),
      segment(id, 'v0', 1, [p0, 84, 10], [p1, 64, 10]),
      segment(id, 'v0', 2, [p1, 74, 10]),
      segment(id, 'v0', 3, [p2, 64, 10]),
    ],
    attachments: [
      attachment(id, 'early.jpg', [p0, 94, 5]),
      attachment(id, 'late.jpg', [p0, 99, 5], [p2, 74, 1]),
      attachment(id, 'back.jpg', [p2, 75, 1], [p0, 104, 1]),
    ],
  })
  return [p0, p1, p2]
}
