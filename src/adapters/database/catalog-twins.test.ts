import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import type { Catalog } from '#domain/catalog.ts'
import type { PackId, VideoId } from '#domain/ids.ts'
import type { SegmentIndex, VideoState } from '#domain/video.ts'
import {
  attachment,
  FILM,
  newVideo,
  PLAN,
  SERIES,
  STATISTICS,
  segment,
  track,
  addPack,
  sealPack,
} from '#test/contracts/catalog-samples.ts'
import { TestWorld } from '#test/contracts/create-catalog.ts'
import { memoryCatalog } from '../memory/memory-catalog.ts'
import { SYSTEM_CLOCK } from './clock.ts'
import { openDatabase } from './open-database.ts'

const folder = mkdtempSync(join(tmpdir(), 'telereel-twins-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

/** One step on a catalog; what it resolves with, or how it rejects, is compared too. */
type Step = (catalog: Catalog) => Promise<unknown>

const id = fc.constantFrom(FILM, SERIES)
const name = fc.constantFrom('v0', 'a0', 's0')
const position = fc.nat(3)
const index: fc.Arbitrary<SegmentIndex> = fc.oneof(fc.constant('init' as const), fc.nat(3))
const text = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((each) => each.isWellFormed() && !/[\0\n]/.test(each))
const state = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<VideoState>('queued', 'ingesting', 'ready', 'failed') },
  fc.constant<VideoState>('deleting'),
)
const place = fc.tuple(position, fc.nat(5000), fc.nat(5000))
const places = fc.array(place, { maxLength: 3 })
const change = fc.record({ title: text, state, durationSec: fc.double({ noNaN: true, min: 0 }) }, { requiredKeys: [] })

const step: fc.Arbitrary<readonly [string, Step]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(id, text).map(([v, title]) => on(`addVideo ${v}`, (c) => c.addVideo(newVideo(v, { title })))),
  },
  fc.tuple(id, change).map(([v, how]) => on(`updateVideo ${v} ${JSON.stringify(how)}`, (c) => c.updateVideo(v, how))),
  fc
    .tuple(id, fc.boolean())
    .map(([v, gone]) => on(`setSource ${v}`, (c) => c.setSource(v, gone ? null : { path: 'p', owned: true }))),
  id.map((v) => on(`savePlan ${v}`, (c) => c.savePlan(v, PLAN))),
  id.map((v) => on(`publish ${v}`, (c) => c.publish(v, { durationSec: 3, statistics: STATISTICS }))),
  id.map((v) => on(`removeVideo ${v}`, (c) => c.removeVideo(v))),
  {
    weight: 3,
    arbitrary: fc.tuple(id, name).map(([v, n]) => on(`addTracks ${v} ${n}`, (c) => c.addTracks(v, [track(v, n)]))),
  },
  fc
    .tuple(id, name, text)
    .map(([v, n, title]) => on(`updateTrack ${v} ${n}`, (c) => c.updateTrack(track(v, n).id, { title }))),
  fc.tuple(id, name).map(([v, n]) => on(`removeTrack ${v} ${n}`, (c) => c.removeTrack(track(v, n).id))),
  { weight: 4, arbitrary: fc.tuple(id, position).map(([v, p]) => on(`addPack ${v} ${p}`, (c) => addPack(c, v, p))) },
  fc
    .tuple(id, position, fc.nat(9))
    .map(([v, p, n]) =>
      on(`sealPack ${v} ${p} ${n}`, async (c) => sealPack(c, await packAt(c, v, p), { byteLength: n, digest: `${n}` })),
    ),
  fc
    .tuple(id, position, fc.nat(1))
    .map(([v, p, n]) =>
      on(`markStored ${v} ${p} ${n}`, async (c) => c.markStored([{ id: await packAt(c, v, p), ref: `disk:${n}` }])),
    ),
  fc.tuple(id, position).map(([v, p]) => on(`dropPacksFrom ${v} ${p}`, (c) => c.dropPacksFrom(v, p))),
  {
    weight: 12,
    arbitrary: fc
      .tuple(id, name, index, places)
      .map(([v, n, i, at]) =>
        on(`add segment ${v} ${n} ${i} ${JSON.stringify(at)}`, async (c) =>
          c.addEntries(v, { segments: [segment(v, n, i, ...(await placesIn(c, v, at)))] }),
        ),
      ),
  },
  fc
    .tuple(id, text, places)
    .map(([v, n, at]) =>
      on(`add attachment ${v} ${n}`, async (c) =>
        c.addEntries(v, { attachments: [attachment(v, n, ...(await placesIn(c, v, at)))] }),
      ),
    ),
  fc.tuple(id, text).map(([v, n]) => on(`removeAttachment ${v} ${n}`, (c) => c.removeAttachment(v, n))),
  id.map((v) => on(`restoreVideo ${v} from its record`, async (c) => c.restoreVideo(await c.record(v)))),
  fc
    .tuple(
      text,
      fc.constantFrom('created' as const, 'title' as const, 'duration' as const, 'size' as const),
      fc.boolean(),
    )
    .map(([t, sort, descending]) =>
      on(`videos ${t} ${sort}`, (c) => c.videos({ text: t, sort, descending, limit: 1 })),
    ),
)

it('shows the same on SQLite as in memory, whatever is done', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const worlds = [new TestWorld(), new TestWorld()] as const
      const { now, newId } = worlds[1].about
      const path = join(folder, `${++files}.db`)
      const memory = memoryCatalog(worlds[0].about)
      await using database = await openDatabase(
        { kind: 'sqlite', path },
        { clock: { ...SYSTEM_CLOCK, wallMs: now }, newId },
      )
      for (const catalog of [memory, database.catalog]) await fill(catalog)
      for (const [what, run] of steps) {
        for (const world of worlds) world.nowMs += 1000
        expect(await outcome(run(database.catalog)), what).toEqual(await outcome(run(memory)))
      }
      expect(await observed(database.catalog)).toEqual(await observed(memory))
    }),
    { numRuns: 150 },
  )
}, 60_000)

/** Something to begin with, so that few steps come to nothing. */
async function fill(catalog: Catalog): Promise<void> {
  for (const videoId of [FILM, SERIES]) {
    await catalog.addVideo(newVideo(videoId))
    await catalog.addTracks(videoId, [track(videoId, 'v0'), track(videoId, 'a0')])
    for (const each of [0, 1, 2]) await addPack(catalog, videoId, each)
  }
}

function on(what: string, run: Step): readonly [string, Step] {
  return [what, run]
}

async function outcome(doing: Promise<unknown>): Promise<unknown> {
  try {
    return await doing
  } catch (error) {
    return `rejects with ${(error as Error).name}: ${(error as Error).message}`
  }
}

async function observed(catalog: Catalog) {
  const { videos } = await catalog.videos({ states: ['queued', 'ingesting', 'ready', 'failed', 'deleting'] })
  const each = videos.map(async (video) => ({
    video,
    record: await outcome(catalog.record(video.id)),
    source: await catalog.source(video.id),
    plan: await catalog.plan(video.id),
    packs: await catalog.packs(video.id),
    tracks: await catalog.tracks(video.id),
    attachments: await catalog.attachments(video.id),
    segments: await Promise.all((await catalog.tracks(video.id)).map(({ id: trackId }) => catalog.segments(trackId))),
  }))
  return { videos: await Promise.all(each), stats: await catalog.stats() }
}

async function packAt(catalog: Catalog, videoId: VideoId, where: number): Promise<PackId> {
  const found = (await catalog.packs(videoId)).find((pack) => pack.position === where)
  return found?.id ?? ('no such pack' as PackId)
}

async function placesIn(catalog: Catalog, videoId: VideoId, at: readonly (readonly [number, number, number])[]) {
  const found: [PackId, number, number][] = []
  for (const [where, offset, length] of at) found.push([await packAt(catalog, videoId, where), offset, length])
  return found
}
