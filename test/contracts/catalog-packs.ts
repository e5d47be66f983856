import { describe, expect, it } from 'vitest'
import type { Catalog } from '#domain/catalog.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#domain/errors.ts'
import type { PackId, VideoId } from '#domain/ids.ts'

import { addPack, attachment, FILM, newVideo, SERIES, sealPack, segment, track } from './catalog-samples.ts'
import { type CreateCatalog, TestWorld } from './create-catalog.ts'

export function testPacks(name: string, create: CreateCatalog): void {
  const open = () => create(new TestWorld().about)

  describe(`${name}: packs`, () => {
    it('fills, seals and stores a pack', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      const pack = await addPack(opened.catalog, FILM, 0)
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
      await sealPack(opened.catalog, pack.id, { byteLength: 900, digest: 'cafe' })
      expect(await opened.catalog.pack(pack.id)).toEqual({ ...fresh, state: 'sealed', byteLength: 900, digest: 'cafe' })
      await opened.catalog.markStored([{ id: pack.id, ref: 'disk:film/000000' }])
      const stored = { ...fresh, state: 'stored', byteLength: 900, digest: 'cafe', ref: 'disk:film/000000' }
      expect(await opened.catalog.pack(pack.id)).toEqual(stored)
    })

    it('refuses a second pack at a position, and with it all that came in the same call', async () => {
      await using opened = await open()
      const { catalog } = opened
      await catalog.addVideo(newVideo(FILM))
      const first = await addPack(catalog, FILM, 0)
      const [late, other] = [catalog.newPackId(), catalog.newPackId()]
      const packs = [
        { id: late, position: 1 },
        { id: other, position: 0 },
      ]
      await expect(catalog.addEntries(FILM, { packs })).rejects.toBeInstanceOf(ConflictError)
      expect((await catalog.packs(FILM)).map(({ id }) => id)).toEqual([first.id])
    })

    it('takes a pack that is new and sealed with the entries that lie in it', async () => {
      await using opened = await open()
      const { catalog } = opened
      await catalog.addVideo(newVideo(FILM))
      await catalog.addTracks(FILM, [track(FILM, 'v0')])
      const [p0, p1] = [catalog.newPackId(), catalog.newPackId()]
      const segments = [segment(FILM, 'v0', 0, [p0, 64, 10], [p1, 64, 10])]
      const packs = [
        { id: p0, position: 0, sealed: { byteLength: 900, digest: 'cafe' } },
        { id: p1, position: 1 },
      ]
      await catalog.addEntries(FILM, { packs, segments })
      expect(await catalog.segments(track(FILM, 'v0').id)).toEqual(segments)
      expect(await catalog.packs(FILM)).toMatchObject([
        { id: p0, state: 'sealed', byteLength: 900, digest: 'cafe' },
        { id: p1, state: 'filling', byteLength: 74 },
      ])
    })

    it('marks several packs stored, all or none', async () => {
      await using opened = await open()
      const { catalog } = opened
      await catalog.addVideo(newVideo(FILM))
      const [first, second] = [await addPack(catalog, FILM, 0), await addPack(catalog, FILM, 1)]
      await sealPack(catalog, first.id, { byteLength: 9, digest: 'd' })
      const both = [
        { id: first.id, ref: 'disk:0' },
        { id: second.id, ref: 'disk:1' },
      ] as const
      await expect(catalog.markStored(both)).rejects.toBeInstanceOf(ConflictError)
      expect((await catalog.packs(FILM)).map(({ ref }) => ref)).toEqual([null, null])
      await sealPack(catalog, second.id, { byteLength: 9, digest: 'd' })
      await catalog.markStored(both)
      expect((await catalog.packs(FILM)).map(({ ref }) => ref)).toEqual(['disk:0', 'disk:1'])
    })

    it('lists packs by position', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      for (const position of [10, 2, 0]) await addPack(opened.catalog, FILM, position)
      expect((await opened.catalog.packs(FILM)).map(({ position }) => position)).toEqual([0, 2, 10])
    })

    it('takes the same step twice without complaint', async () => {
      await using opened = await open()
      const { catalog } = opened
      await catalog.addVideo(newVideo(FILM))
      const { id } = await addPack(catalog, FILM, 0)
      await sealPack(catalog, id, { byteLength: 8, digest: 'old' })
      await sealPack(catalog, id, { byteLength: 9, digest: 'd' })
      for (let time = 0; time < 2; time++) await catalog.markStored([{ id, ref: 'disk:1' }])
      await sealPack(catalog, id, { byteLength: 9, digest: 'd' })
      expect(await catalog.pack(id)).toMatchObject({ state: 'stored', ref: 'disk:1', byteLength: 9, digest: 'd' })
    })

    it('refuses steps out of order', async () => {
      await using opened = await open()
      const { catalog } = opened
      await catalog.addVideo(newVideo(FILM))
      const { id } = await addPack(catalog, FILM, 0)
      await expect(catalog.markStored([{ id, ref: 'disk:1' }])).rejects.toBeInstanceOf(ConflictError)
      await sealPack(catalog, id, { byteLength: 9, digest: 'd' })
      await catalog.markStored([{ id, ref: 'disk:1' }])
      await expect(catalog.markStored([{ id, ref: 'disk:2' }])).rejects.toBeInstanceOf(ConflictError)
      await expect(sealPack(catalog, id, { byteLength: 8, digest: 'd' })).rejects.toBeInstanceOf(ConflictError)
      expect(await catalog.pack(id)).toMatchObject({ ref: 'disk:1', byteLength: 9 })
    })

    it('says when there is no such pack', async () => {
      await using opened = await open()
      const id = 'nobody' as PackId
      await expect(opened.catalog.pack(id)).rejects.toBeInstanceOf(NotFoundError)
      await expect(sealPack(opened.catalog, id, { byteLength: 1, digest: '' })).rejects.toBeInstanceOf(NotFoundError)
      await expect(opened.catalog.markStored([{ id, ref: 'disk:1' }])).rejects.toBeInstanceOf(NotFoundError)
    })

    it('puts a pack elsewhere, with all that lies in it but what is said, all or nothing', async () => {
      await using opened = await open()
      const { catalog } = opened
      const [p0] = await fill(catalog, FILM)
      await sealPack(catalog, p0, { byteLength: 900, digest: 'old' })
      await catalog.markStored([{ id: p0, ref: 'disk:0' }])
      const [was, now] = [
        { ref: 'disk:0', digest: 'old' },
        { ref: 'disk:9', byteLength: 800, digest: 'new' },
      ] as const
      const segments = await catalog.segments(track(FILM, 'v0').id)
      const before = await catalog.video(FILM)
      const early = attachment(FILM, 'early.jpg', [p0, 200, 7])
      const stranger = attachment(FILM, 'other.jpg', ['nobody' as PackId, 1, 1])
      await expect(catalog.replacePack(p0, { ...was, digest: 'other' }, now)).rejects.toBeInstanceOf(ConflictError)
      await expect(catalog.replacePack(p0, was, now, { attachments: [stranger] })).rejects.toBeInstanceOf(
        InvalidInputError,
      )
      expect(await catalog.pack(p0)).toMatchObject({ ref: 'disk:0', digest: 'old', byteLength: 900 })
      await catalog.replacePack(p0, was, now, { attachments: [early], without: ['late.jpg', 'nothing'] })
      expect(await catalog.pack(p0)).toMatchObject({ ...now, id: p0, position: 0, state: 'stored' })
      expect(await catalog.segments(track(FILM, 'v0').id)).toEqual(segments)
      expect((await catalog.attachments(FILM)).map(({ name }) => name)).toEqual(['back.jpg', 'early.jpg'])
      expect((await catalog.attachments(FILM)).find(({ name }) => name === 'early.jpg')).toEqual(early)
      expect((await catalog.video(FILM)).updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime())
      await expect(catalog.replacePack(p0, was, now)).rejects.toBeInstanceOf(ConflictError)
    })

    it('puts nothing elsewhere that is not stored, or not there', async () => {
      await using opened = await open()
      const [p0] = await fill(opened.catalog, FILM)
      const now = { ref: 'disk:9', byteLength: 1, digest: 'd' } as const
      const moving = opened.catalog.replacePack(p0, { ref: null, digest: null }, now)
      await expect(moving).rejects.toBeInstanceOf(ConflictError)
      const nobody = opened.catalog.replacePack('nobody' as PackId, { ref: null, digest: null }, now)
      await expect(nobody).rejects.toBeInstanceOf(NotFoundError)
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
      expect((await addPack(opened.catalog, FILM, 1)).id).not.toBe(p1)
    })
  })
}

/** Three packs; segment 1 lies across the border of the first two. */
async function fill(catalog: Catalog, id: VideoId): Promise<readonly [PackId, PackId, PackId]> {
  await catalog.addVideo(newVideo(id))
  await catalog.addTracks(id, [track(id, 'v0')])
  const packs = [await addPack(catalog, id, 0), await addPack(catalog, id, 1), await addPack(catalog, id, 2)]
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
