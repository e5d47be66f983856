import { describe, expect, it } from 'vitest'
import type { Catalog, VideoRecord } from '#domain/catalog.ts'
import { InvalidInputError, VideoNotFoundError } from '#domain/errors.ts'
import type { PackId } from '#domain/ids.ts'

import {
  addPack,
  attachment,
  FILM,
  newVideo,
  PLAN,
  SERIES,
  STATISTICS,
  sealPack,
  segment,
  track,
} from './catalog-samples.ts'
import { type CreateCatalog, TestWorld } from './create-catalog.ts'

export function testRecords(name: string, create: CreateCatalog): void {
  const open = () => create(new TestWorld().about)

  describe(`${name}: records of whole videos`, () => {
    it('gives back from a record what it was made of, in another catalog', async () => {
      await using one = await open()
      await using other = await open()
      const record = await wholeVideo(one.catalog)
      await other.catalog.restoreVideo(record)
      expect(await other.catalog.record(FILM)).toEqual(record)
      expect(await other.catalog.segments(track(FILM, 'v0').id)).toEqual(
        await one.catalog.segments(track(FILM, 'v0').id),
      )
      expect(await other.catalog.videos({ text: 'title of' })).toMatchObject({ total: 1 })
      expect(await other.catalog.source(FILM)).toBeNull()
    })

    it('says everything: video, target duration, packaging, tracks, packs, segments, attachments', async () => {
      await using opened = await open()
      const { video, packs, segments, ...rest } = await wholeVideo(opened.catalog)
      expect(video).toEqual(await opened.catalog.video(FILM))
      expect(packs).toEqual(await opened.catalog.packs(FILM))
      expect(segments.map(({ trackId, index }) => `${trackId} ${index}`)).toEqual([
        ...['init', '0', '1'].map((index) => `${FILM}/v0 ${index}`),
        `${FILM}/a0 0`,
      ])
      expect(rest).toEqual({
        targetDurationSec: 7,
        packaging: 'ts',
        tracks: [track(FILM, 'v0'), track(FILM, 'a0')],
        attachments: await opened.catalog.attachments(FILM),
      })
    })

    it('knows of a restored video what playing needs of the plan', async () => {
      await using opened = await open()
      const record = await wholeVideo(opened.catalog)
      await opened.catalog.restoreVideo(record)
      expect(await opened.catalog.plan(FILM)).toMatchObject({
        targetDurationSec: 7,
        packaging: 'ts',
        durationSec: 12.012,
      })
    })

    it('replaces a video of the same id and no other', async () => {
      await using opened = await open()
      const { catalog } = opened
      const record = await wholeVideo(catalog)
      await catalog.addVideo(newVideo(SERIES))
      const smaller = { ...record, tracks: [], segments: [], attachments: [] }
      await catalog.restoreVideo(smaller)
      expect(await catalog.record(FILM)).toEqual(smaller)
      expect(await catalog.video(SERIES)).toMatchObject({ title: `Title of ${SERIES}` })
    })

    it('knows no plan of a video that never had one', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      const record = await opened.catalog.record(FILM)
      expect(record).toMatchObject({ targetDurationSec: 0, packaging: 'fmp4' })
      await opened.catalog.restoreVideo(record)
      expect(await opened.catalog.plan(FILM)).toBeNull()
    })

    it('leaves the old video when a record contradicts itself', async () => {
      await using opened = await open()
      const record = await wholeVideo(opened.catalog)
      const broken = { ...record, attachments: [attachment(FILM, 'x.jpg', ['elsewhere' as PackId, 0, 1])] }
      await expect(opened.catalog.restoreVideo(broken)).rejects.toBeInstanceOf(InvalidInputError)
      const trackless = { ...record, tracks: record.tracks.slice(0, 1) }
      await expect(opened.catalog.restoreVideo(trackless)).rejects.toBeInstanceOf(InvalidInputError)
      expect(await opened.catalog.record(FILM)).toEqual(record)
    })

    it('has no record of a video that is being deleted', async () => {
      await using opened = await open()
      await wholeVideo(opened.catalog)
      await opened.catalog.updateVideo(FILM, { state: 'deleting' })
      await expect(opened.catalog.record(FILM)).rejects.toBeInstanceOf(VideoNotFoundError)
    })

    it('counts everything', async () => {
      await using opened = await open()
      const { catalog } = opened
      await wholeVideo(catalog)
      await catalog.addVideo(newVideo(SERIES))
      await catalog.addTracks(SERIES, [track(SERIES, 's0')])
      await catalog.updateVideo(SERIES, { state: 'deleting', durationSec: 1000 })
      expect(await catalog.stats()).toEqual({
        videos: 1,
        byState: { queued: 0, ingesting: 0, ready: 1, failed: 0, deleting: 1 },
        ...{ tracks: 3, segments: 4, packs: 2, subtitles: 1, storedBytes: 900, durationSec: 12.012 },
      })
    })

    it('counts nothing in an empty catalog', async () => {
      await using opened = await open()
      const byState = { queued: 0, ingesting: 0, ready: 0, failed: 0, deleting: 0 }
      const none = { videos: 0, tracks: 0, segments: 0, packs: 0, subtitles: 0, storedBytes: 0, durationSec: 0 }
      expect(await opened.catalog.stats()).toEqual({ ...none, byState })
    })
  })
}

async function wholeVideo(catalog: Catalog): Promise<VideoRecord> {
  await catalog.addVideo(newVideo(FILM))
  await catalog.savePlan(FILM, PLAN)
  await catalog.addTracks(FILM, [track(FILM, 'a0'), track(FILM, 'v0')])
  const [p0, p1] = [(await addPack(catalog, FILM, 0)).id, (await addPack(catalog, FILM, 1)).id]
  await catalog.addEntries(FILM, {
    segments: [
      segment(FILM, 'a0', 0, [p0, 300, 100]),
      segment(FILM, 'v0', 1, [p0, 400, 20], [p1, 64, 200]),
      segment(FILM, 'v0', 0, [p0, 80, 220]),
      segment(FILM, 'v0', 'init', [p0, 64, 16]),
    ],
    attachments: [attachment(FILM, 'poster.jpg', [p1, 264, 30])],
  })
  await sealPack(catalog, p0, { byteLength: 900, digest: 'feed' })
  await catalog.markStored([{ id: p0, ref: 'disk:film/0' }])
  await catalog.updateVideo(FILM, { container: 'matroska', chapters: [{ startSec: 0, endSec: 3, title: 'I' }] })
  await catalog.publish(FILM, { durationSec: 12.012, statistics: STATISTICS })
  return catalog.record(FILM)
}
