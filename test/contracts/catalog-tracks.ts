import { describe, expect, it } from 'vitest'
import { TrackNotFoundError } from '#domain/errors.ts'
import { trackIdOf } from '#domain/ids.ts'

import { addPack, FILM, newVideo, SERIES, segment, track } from './catalog-samples.ts'
import { type CreateCatalog, TestWorld } from './create-catalog.ts'

export function testTracks(name: string, create: CreateCatalog): void {
  const open = () => create(new TestWorld().about)

  describe(`${name}: tracks`, () => {
    it('orders tracks by kind and by number', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      const names = ['s0', 'a10', 'a2', 'v0', 'a0']
      await opened.catalog.addTracks(
        FILM,
        names.map((each) => track(FILM, each)),
      )
      expect((await opened.catalog.tracks(FILM)).map((each) => each.name)).toEqual(['v0', 'a0', 'a2', 'a10', 's0'])
    })

    it('keeps every field', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      const flags = { isDefault: true, forced: true, hearingImpaired: true, streamIndex: null, title: 'Kommentar' }
      const tracks = [track(FILM, 'v0', { videoRange: 'PQ' }), track(FILM, 'a0', flags)]
      await opened.catalog.addTracks(FILM, tracks)
      expect(await opened.catalog.tracks(FILM)).toEqual(tracks)
    })

    it('replaces a track of the same name and leaves its segments', async () => {
      await using opened = await open()
      const { catalog } = opened
      await catalog.addVideo(newVideo(FILM))
      await catalog.addTracks(FILM, [track(FILM, 'v0'), track(FILM, 'a0')])
      const pack = await addPack(catalog, FILM, 0)
      const first = segment(FILM, 'v0', 0, [pack.id, 0, 5])
      await catalog.addEntries(FILM, { segments: [first] })
      await catalog.addTracks(FILM, [track(FILM, 'v0', { codecs: 'hvc1.1' })])
      expect((await catalog.tracks(FILM)).map(({ codecs }) => codecs)).toEqual(['hvc1.1', 'avc1.640028'])
      expect(await catalog.segments(first.trackId)).toEqual([first])
    })

    it('changes what is given and nothing else', async () => {
      await using opened = await open()
      await opened.catalog.addVideo(newVideo(FILM))
      await opened.catalog.addTracks(FILM, [track(FILM, 'a0', { title: 'Main' }), track(FILM, 'a1')])
      const change = { bandwidth: 1.5, averageBandwidth: 1, language: 'de', title: null, isDefault: true }
      await opened.catalog.updateTrack(trackIdOf(FILM, 'a0'), change)
      await opened.catalog.updateTrack(trackIdOf(FILM, 'a0'), {})
      await opened.catalog.updateTrack(trackIdOf(FILM, 'a1'), { forced: true, hearingImpaired: true })
      const expected = [track(FILM, 'a0', change), track(FILM, 'a1', { forced: true, hearingImpaired: true })]
      expect(await opened.catalog.tracks(FILM)).toEqual(expected)
    })

    it('says when there is no such track', async () => {
      await using opened = await open()
      const missing = opened.catalog.updateTrack(trackIdOf(FILM, 'v0'), { forced: true })
      await expect(missing).rejects.toBeInstanceOf(TrackNotFoundError)
    })

    it('removes a track with its segments and no other; removing it again is no error', async () => {
      await using opened = await open()
      const { catalog } = opened
      for (const id of [FILM, SERIES]) {
        await catalog.addVideo(newVideo(id))
        await catalog.addTracks(id, [track(id, 's0'), track(id, 's1')])
      }
      const pack = await addPack(catalog, FILM, 0)
      const kept = segment(FILM, 's1', 0, [pack.id, 0, 1])
      await catalog.addEntries(FILM, { segments: [segment(FILM, 's0', 0, [pack.id, 0, 1]), kept] })
      await catalog.removeTrack(trackIdOf(FILM, 's0'))
      await catalog.removeTrack(trackIdOf(FILM, 's0'))
      expect((await catalog.tracks(FILM)).map((each) => each.name)).toEqual(['s1'])
      expect(await catalog.tracks(SERIES)).toHaveLength(2)
      expect(await catalog.segments(trackIdOf(FILM, 's0'))).toEqual([])
      expect(await catalog.segments(trackIdOf(FILM, 's1'))).toEqual([kept])
    })
  })
}
