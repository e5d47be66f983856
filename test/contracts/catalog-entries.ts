import { describe, expect, it } from 'vitest'
import type { Catalog } from '#domain/catalog.ts'
import { InvalidInputError, SegmentNotFoundError, TrackNotFoundError } from '#domain/errors.ts'
import type { PackId } from '#domain/ids.ts'

import { addPack, attachment, FILM, newVideo, SERIES, segment, track } from './catalog-samples.ts'
import { type CreateCatalog, TestWorld } from './create-catalog.ts'

const V0 = track(FILM, 'v0').id

export function testEntries(name: string, create: CreateCatalog): void {
  const open = () => create(new TestWorld().about)

  describe(`${name}: segments and attachments`, () => {
    it('lists segments by index, init first, with their slices in order', async () => {
      await using opened = await open()
      const [p0, p1] = await twoPacks(opened.catalog)
      const segments = [
        segment(FILM, 'v0', 'init', [p0, 64, 700]),
        { ...segment(FILM, 'v0', 0, [p0, 764, 100], [p1, 64, 50]), startSec: 0.1 + 0.2, durationSec: 1 / 3 },
        { ...segment(FILM, 'v0', 2, [p1, 200, 2 ** 34]), reencoded: true },
        segment(FILM, 'v0', 10, [p1, 114, 1]),
      ]
      await opened.catalog.addEntries(FILM, { segments: segments.toReversed() })
      expect(await opened.catalog.segments(V0)).toEqual(segments)
    })

    it('finds one segment, and says when there is none', async () => {
      await using opened = await open()
      const [p0] = await twoPacks(opened.catalog)
      const [init, first] = [segment(FILM, 'v0', 'init', [p0, 64, 7]), segment(FILM, 'v0', 0, [p0, 71, 7])]
      await opened.catalog.addEntries(FILM, { segments: [init, first] })
      expect(await opened.catalog.segment(V0, 'init')).toEqual(init)
      expect(await opened.catalog.segment(V0, 0)).toEqual(first)
      await expect(opened.catalog.segment(V0, 1)).rejects.toBeInstanceOf(SegmentNotFoundError)
      await expect(opened.catalog.segment(track(FILM, 'a9').id, 0)).rejects.toBeInstanceOf(SegmentNotFoundError)
    })

    it('replaces a segment and an attachment that are added again; within one call the last wins', async () => {
      await using opened = await open()
      const [p0] = await twoPacks(opened.catalog)
      await opened.catalog.addEntries(FILM, {
        segments: [segment(FILM, 'v0', 0, [p0, 64, 7])],
        attachments: [attachment(FILM, 'poster.jpg', [p0, 71, 7])],
      })
      const late = segment(FILM, 'v0', 0, [p0, 100, 9])
      const poster = { ...attachment(FILM, 'poster.jpg', [p0, 109, 1]), kind: 'subtitle', trackName: 's0' } as const
      await opened.catalog.addEntries(FILM, {
        segments: [segment(FILM, 'v0', 0, [p0, 80, 8]), late],
        attachments: [attachment(FILM, 'poster.jpg', [p0, 71, 7]), poster],
      })
      expect(await opened.catalog.segments(V0)).toEqual([late])
      expect(await opened.catalog.attachments(FILM)).toEqual([poster])
    })

    it('grows the packs to cover what lies in them, and never shrinks them', async () => {
      await using opened = await open()
      const [p0, p1] = await twoPacks(opened.catalog)
      await opened.catalog.addEntries(FILM, { segments: [segment(FILM, 'v0', 0, [p0, 64, 36], [p1, 64, 6])] })
      await opened.catalog.addEntries(FILM, { attachments: [attachment(FILM, 'x', [p0, 70, 2])] })
      expect((await opened.catalog.packs(FILM)).map(({ byteLength }) => byteLength)).toEqual([100, 70])
    })

    it('adds thousands of entries in one call', async () => {
      await using opened = await open()
      const [p0] = await twoPacks(opened.catalog)
      const segments = Array.from({ length: 3001 }, (_, index) => segment(FILM, 'v0', index, [p0, 64 + index, 1]))
      await opened.catalog.addEntries(FILM, { segments })
      expect(await opened.catalog.segments(V0)).toEqual(segments)
    })

    it('adds all entries of a call or none', async () => {
      await using opened = await open()
      const { catalog } = opened
      const [p0] = await twoPacks(catalog)
      await catalog.addVideo(newVideo(SERIES))
      const foreign = (await addPack(catalog, SERIES, 0)).id
      const good = segment(FILM, 'v0', 0, [p0, 64, 1])
      const nowhere = { segments: [good, segment(FILM, 'v0', 1, [p0, 65, 1], [foreign, 0, 1])] }
      await expect(catalog.addEntries(FILM, nowhere)).rejects.toBeInstanceOf(InvalidInputError)
      const trackless = { segments: [good, segment(FILM, 'a7', 0, [p0, 65, 1])] }
      await expect(catalog.addEntries(FILM, trackless)).rejects.toBeInstanceOf(TrackNotFoundError)
      const stranger = { segments: [good], attachments: [attachment(SERIES, 'x.jpg')] }
      await expect(catalog.addEntries(FILM, stranger)).rejects.toBeInstanceOf(InvalidInputError)
      expect(await catalog.segments(V0)).toEqual([])
      expect(await catalog.pack(p0)).toMatchObject({ byteLength: 0 })
    })

    it('lists attachments by name, and removes one without complaint when it is not there', async () => {
      await using opened = await open()
      const [p0] = await twoPacks(opened.catalog)
      const names = ['s0.vtt', 'Poster.jpg', 'empty']
      const attachments = names.map((each) =>
        attachment(FILM, each, ...(each === 'empty' ? [] : [[p0, 64, 1] as const])),
      )
      await opened.catalog.addEntries(FILM, { attachments })
      for (let time = 0; time < 2; time++) await opened.catalog.removeAttachment(FILM, 's0.vtt')
      await opened.catalog.removeAttachment(SERIES, 'empty')
      expect((await opened.catalog.attachments(FILM)).map((each) => each.name)).toEqual(['Poster.jpg', 'empty'])
    })

    it('takes writes of many callers at once', async () => {
      await using opened = await open()
      const [p0] = await twoPacks(opened.catalog)
      const indexes = Array.from({ length: 20 }, (_, index) => index)
      await Promise.all(
        indexes.map((index) =>
          opened.catalog.addEntries(FILM, { segments: [segment(FILM, 'v0', index, [p0, 64 + index, 1])] }),
        ),
      )
      expect((await opened.catalog.segments(V0)).map(({ index }) => index)).toEqual(indexes)
      expect(await opened.catalog.pack(p0)).toMatchObject({ byteLength: 84 })
    })
  })
}

async function twoPacks(catalog: Catalog): Promise<readonly [PackId, PackId]> {
  await catalog.addVideo(newVideo(FILM))
  await catalog.addTracks(FILM, [track(FILM, 'v0')])
  return [(await addPack(catalog, FILM, 0)).id, (await addPack(catalog, FILM, 1)).id]
}
