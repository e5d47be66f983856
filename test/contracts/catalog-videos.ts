import { describe, expect, it } from 'vitest'
import { VideoNotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'

import { addPack, FILM, newVideo, PLAN, STATISTICS, sealPack, segment, track } from './catalog-samples.ts'
import { type CreateCatalog, TestWorld } from './create-catalog.ts'

export function testVideos(name: string, create: CreateCatalog): void {
  const world = new TestWorld()
  const open = () => create(world.about)

  describe(`${name}: one video`, () => {
    it('shows an added video as queued, with what was said about it', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM, { title: 'Über “Düne” 🎬\n%_\\' }))
      expect(await opened.catalog.video(FILM)).toEqual({
        id: FILM,
        title: 'Über “Düne” 🎬\n%_\\',
        originalFilename: `${FILM}.mkv`,
        state: 'queued',
        failure: null,
        durationSec: null,
        container: null,
        byteLength: 1_000_000,
        chapters: [],
        statistics: null,
        notes: [],
        createdAt: new Date('2024-05-01T12:00:00.123Z'),
        updatedAt: new Date('2024-05-01T12:00:00.123Z'),
      })
    })

    it('changes nothing when the same id is added again', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      await opened.catalog.addVideo(newVideo(FILM, { title: 'Another' }))
      expect((await opened.catalog.video(FILM)).title).toBe(`Title of ${FILM}`)
    })

    it('keeps a length far beyond 32 bits exactly', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM, { byteLength: 2 ** 52 + 1 }))
      expect((await opened.catalog.video(FILM)).byteLength).toBe(2 ** 52 + 1)
    })

    it('does not know a video that was never added', async () => {
      await using opened = await open()
      await expect(opened.catalog.video(FILM)).rejects.toBeInstanceOf(VideoNotFoundError)
      await expect(opened.catalog.updateVideo(FILM, {})).rejects.toBeInstanceOf(VideoNotFoundError)
      await expect(opened.catalog.setSource(FILM, null)).rejects.toBeInstanceOf(VideoNotFoundError)
      await expect(opened.catalog.savePlan(FILM, PLAN)).rejects.toBeInstanceOf(VideoNotFoundError)
      await expect(opened.catalog.record(FILM)).rejects.toBeInstanceOf(VideoNotFoundError)
      await expect(opened.catalog.publish(FILM, { durationSec: 1, statistics: STATISTICS })).rejects.toBeInstanceOf(
        VideoNotFoundError,
      )
      expect(await opened.catalog.source(FILM)).toBeNull()
      expect(await opened.catalog.plan(FILM)).toBeNull()
      expect(await opened.catalog.tracks(FILM)).toEqual([])
    })

    it('changes what is given and nothing else, and notes when', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      world.nowMs += 5000
      const failure = { code: 'media-damaged', message: 'Cut short.', why: 'It ends in a box.' }
      await opened.catalog.updateVideo(FILM, { state: 'failed', failure, notes: ['one', 'two'] })
      const chapters = [{ startSec: 0, endSec: 1.25, title: 'Intro' }]
      await opened.catalog.updateVideo(FILM, {
        title: 'New',
        byteLength: 7_000_000_000,
        durationSec: 0.1 + 0.2,
        container: 'mov',
        chapters,
      })
      expect(await opened.catalog.video(FILM)).toMatchObject({
        ...{
          title: 'New',
          state: 'failed',
          failure,
          notes: ['one', 'two'],
          byteLength: 7_000_000_000,
          durationSec: 0.1 + 0.2,
        },
        ...{ container: 'mov', chapters, originalFilename: `${FILM}.mkv`, updatedAt: new Date(world.nowMs) },
      })
    })

    it('takes a failure away', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      await opened.catalog.updateVideo(FILM, { failure: { code: 'no-space', message: 'Full.' } })
      await opened.catalog.updateVideo(FILM, { failure: null })
      expect((await opened.catalog.video(FILM)).failure).toBeNull()
    })

    it('keeps the source until it is let go', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM, { source: { path: '/in/ä b.mkv', owned: true } }))
      expect(await opened.catalog.source(FILM)).toEqual({ path: '/in/ä b.mkv', owned: true })
      await opened.catalog.setSource(FILM, null)
      expect(await opened.catalog.source(FILM)).toBeNull()
      const labels = { language: 'de', title: 'Für "Gehörlose"', forced: false, hearingImpaired: true }
      const source = {
        ...{ path: '/in/b.mkv', owned: true },
        ...{ sidecars: [{ path: '/in/b.de.vtt', ...labels }], notes: ['Left out.'] },
      }
      await opened.catalog.setSource(FILM, source)
      expect(await opened.catalog.source(FILM)).toEqual(source)
    })

    it('keeps the plan that was saved last', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      await opened.catalog.savePlan(FILM, { ...PLAN, startSec: 0 })
      await opened.catalog.savePlan(FILM, PLAN)
      expect(await opened.catalog.plan(FILM)).toEqual(PLAN)
    })

    it('is ready once published, however often', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      await opened.catalog.updateVideo(FILM, { failure: { code: 'no-space', message: 'Full.' } })
      for (let time = 0; time < 2; time++)
        await opened.catalog.publish(FILM, { durationSec: 12.012, statistics: STATISTICS })
      const ready = { state: 'ready', durationSec: 12.012, statistics: STATISTICS, failure: null }
      expect(await opened.catalog.video(FILM)).toMatchObject(ready)
    })

    it('hides a video that is being deleted and lets nothing be added to it, while what belongs to it can be read', async () => {
      await using opened = await open()
      const { catalog } = opened
      await catalog.addVideo(newVideo(FILM))
      await catalog.addTracks(FILM, [track(FILM, 'v0')])
      const pack = await addPack(catalog, FILM, 0)
      await sealPack(catalog, pack.id, { byteLength: 10, digest: 'd' })
      await catalog.updateVideo(FILM, { state: 'deleting' })
      await expect(catalog.video(FILM)).rejects.toBeInstanceOf(VideoNotFoundError)
      await expect(catalog.updateVideo(FILM, { state: 'ready' })).rejects.toBeInstanceOf(VideoNotFoundError)
      await expect(addPack(catalog, FILM, 1)).rejects.toBeInstanceOf(VideoNotFoundError)
      await expect(catalog.addTracks(FILM, [])).rejects.toBeInstanceOf(VideoNotFoundError)
      const entries = { segments: [segment(FILM, 'v0', 0, [pack.id, 0, 1])] }
      await expect(catalog.addEntries(FILM, entries)).rejects.toBeInstanceOf(VideoNotFoundError)
      await catalog.markStored([{ id: pack.id, ref: 'disk:1' }])
      expect((await catalog.packs(FILM)).map(({ ref }) => ref)).toEqual(['disk:1'])
      expect(await catalog.source(FILM)).not.toBeNull()
    })

    it('removes a video with all that belongs to it, and removing it again is no error', async () => {
      await using opened = await open()
      const { catalog } = opened
      await catalog.addVideo(newVideo(FILM))
      await catalog.savePlan(FILM, PLAN)
      await catalog.addTracks(FILM, [track(FILM, 'v0')])
      const pack = await addPack(catalog, FILM, 0)
      await catalog.addEntries(FILM, { segments: [segment(FILM, 'v0', 0, [pack.id, 0, 1])] })
      await catalog.removeVideo(FILM)
      await catalog.removeVideo(FILM)
      await catalog.removeVideo('nobody0000000000' as VideoId)
      expect(await catalog.stats()).toMatchObject({ videos: 0, tracks: 0, segments: 0, packs: 0 })
      expect([await catalog.plan(FILM), await catalog.segments(track(FILM, 'v0').id)]).toEqual([null, []])
    })
  })
}
