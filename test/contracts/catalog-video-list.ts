import { describe, expect, it } from 'vitest'
import type { Catalog, VideoQuery } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'

import { newVideo } from './catalog-samples.ts'
import { type CreateCatalog, TestWorld } from './create-catalog.ts'

const LIBRARY = [
  { id: 'A', title: 'zebra', originalFilename: 'z.mkv', byteLength: 30, day: 3 },
  { id: 'b', title: 'Ähre', originalFilename: 'korn.mov', byteLength: 10, day: 1 },
  { id: 'C', title: 'apfel 100% ΟΔΟΣΑ', originalFilename: 'Obst_1.mkv', byteLength: 20, day: 2 },
  { id: 'd', title: 'Ärger \\ Zorn', originalFilename: 'wut.MKV', byteLength: 20, day: 2 },
] as const

const SEARCHES: readonly [string, VideoQuery, string][] = [
  ['the newest first, when nothing is asked for', {}, 'A d C b'],
  ['part of a title, any case', { text: 'ZEB' }, 'A'],
  ['part of a title in any case, outside ASCII too', { text: 'ä', sort: 'title' }, 'b d'],
  ['letters written with combining marks', { text: 'a\u0308hre' }, 'b'],
  ['a title by its Greek beginning, whose sigma then ends a word', { text: 'ΟΔΟΣ' }, 'C'],
  ['part of a file name', { text: '.mkv', sort: 'title' }, 'C A d'],
  ['a percent sign as itself', { text: '0%' }, 'C'],
  ['an underscore as itself', { text: 't_1' }, 'C'],
  ['a lone percent sign', { text: '%' }, 'C'],
  ['a backslash as itself', { text: '\\' }, 'd'],
  ['nothing where nothing fits', { text: 'zzz' }, ''],
  ['everything for an empty text', { text: '' }, 'A d C b'],
  ['titles by Unicode, not by case', { sort: 'title' }, 'C A b d'],
  ['titles backwards', { sort: 'title', descending: true }, 'd b A C'],
  ['the oldest first, equals by id', { sort: 'created', descending: false }, 'b C d A'],
  ['the smallest first', { sort: 'size' }, 'b C d A'],
  ['the longest first, unknown last', { sort: 'duration', descending: true }, 'C d b A'],
  ['one page', { sort: 'size', limit: 2, offset: 1 }, 'C d'],
  ['a page beyond the end', { limit: 2, offset: 9 }, ''],
  ['some states', { states: ['queued'] }, 'A d b'],
  ['no states at all', { states: [] }, ''],
]

export function testVideoList(name: string, create: CreateCatalog): void {
  describe(`${name}: the list of videos`, () => {
    it.each(SEARCHES)('finds %s', async (_what, query, expected) => {
      await using opened = await create(new TestWorld().about)
      await fill(opened.catalog)
      const { videos } = await opened.catalog.videos(query)
      expect(videos.map(({ id }) => id).join(' ')).toBe(expected)
    })

    it('counts the videos of all pages', async () => {
      await using opened = await create(new TestWorld().about)
      await fill(opened.catalog)
      expect(await opened.catalog.videos({ text: 'mkv', limit: 1 })).toMatchObject({ total: 3, videos: [{ id: 'A' }] })
      expect(await opened.catalog.videos({ offset: 9 })).toEqual({ videos: [], total: 4 })
    })

    it('shows videos that are being deleted only to who asks for them', async () => {
      await using opened = await create(new TestWorld().about)
      await fill(opened.catalog)
      await opened.catalog.updateVideo('A' as VideoId, { state: 'deleting' })
      expect(await opened.catalog.videos()).toMatchObject({ total: 3 })
      expect(await opened.catalog.videos({ states: ['deleting'] })).toMatchObject({ total: 1, videos: [{ id: 'A' }] })
    })

    it('finds a video by its new title and not by the old one', async () => {
      await using opened = await create(new TestWorld().about)
      await fill(opened.catalog)
      await opened.catalog.updateVideo('A' as VideoId, { title: 'GNU' })
      expect(await opened.catalog.videos({ text: 'gnu' })).toMatchObject({ total: 1 })
      expect(await opened.catalog.videos({ text: 'zebra' })).toMatchObject({ total: 0 })
      expect(await opened.catalog.videos({ text: 'z.mkv' })).toMatchObject({ total: 1 })
    })
  })
}

async function fill(catalog: Catalog): Promise<void> {
  for (const { id, title, originalFilename, byteLength, day } of LIBRARY) {
    const createdAt = new Date(Date.UTC(2024, 0, day))
    await catalog.addVideo(newVideo(id as VideoId, { title, originalFilename, byteLength, createdAt }))
  }
  await catalog.updateVideo('b' as VideoId, { durationSec: 0.5 })
  await catalog.updateVideo('C' as VideoId, { durationSec: 100, state: 'ready' })
  await catalog.updateVideo('d' as VideoId, { durationSec: 20 })
}
