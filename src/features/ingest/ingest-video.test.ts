import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packContents } from '#domain/pack-contents.ts'
import { packTable } from '#lib/pack-file/pack-file.ts'
import { type Lab, openLab, read, VIDEO } from './ingest-lab.test-support.ts'
import { scriptedBytes } from './scripted-media.test-support.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-ingest-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('ingestVideo', () => {
  it('stores every byte once, in packs under the limit, and leaves nothing in the work area', async () => {
    await using lab = await open({
      sizes: [
        [9000, 12000, 30000, 500],
        [800, 800, 800, 100],
      ],
      pieceBytes: 4000,
    })
    await lab.ingest()
    await expectWhole(lab)
    await expectTables(lab)
    expect((await lab.ports.catalog.video(VIDEO)).state).toBe('ready')
    for (const pack of await lab.ports.catalog.packs(VIDEO)) expect(pack.byteLength).toBeLessThanOrEqual(16_000)
  })

  it('goes on after a kill at any step without storing a segment twice', async () => {
    const size = fc.integer({ min: 1, max: 40_000 })
    const film = fc.integer({ min: 1, max: 6 }).chain((count) => {
      return fc.array(fc.array(size, { minLength: count, maxLength: count }), { minLength: 1, maxLength: 3 })
    })
    const kills = fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(film, kills, fc.integer({ min: 500, max: 50_000 }), async (sizes, killsAt, pieceBytes) => {
        await using lab = await open({ sizes, pieceBytes })
        for (const steps of killsAt) await lab.killAfter(steps)
        await lab.ingest()
        await expectWhole(lab)
      }),
      { numRuns: 60 },
    )
  }, 120_000)

  it('cuts again only what was lost when the work area did not survive', async () => {
    await using lab = await open({ sizes: [[9000, 9000, 9000, 9000]], pieceBytes: 4000 })
    await lab.killAfter(12)
    await rm(join(lab.folder, 'work'), { recursive: true, force: true })
    await lab.ingest()
    await expectWhole(lab)
  })

  it.each([
    ['begins anew', true],
    ['goes on, as nothing is encoded,', false],
  ])('%s when ffmpeg was changed meanwhile', async (_, encoded) => {
    const sizes = [
      [9000, 9000, 9000, 9000],
      [800, 800, 800, 800],
    ]
    await using lab = await open({ sizes, pieceBytes: 4000, encoded })
    await lab.killAfter(14)
    const before = new Set((await lab.ports.catalog.packs(VIDEO)).map(({ id }) => id))
    expect(before.size).toBeGreaterThan(0)
    lab.media.encodedBy = 'script 2'
    await lab.ingest()
    await expectWhole(lab)
    const kept = (await lab.ports.catalog.packs(VIDEO)).filter(({ id }) => before.has(id))
    expect(kept.length > 0).toBe(!encoded)
  })

  it('deletes an upload after the ingest and leaves a file of the user alone', async () => {
    for (const owned of [true, false]) {
      await using lab = await open({ sizes: [[100]], pieceBytes: 4000 }, owned)
      await lab.ingest()
      expect((await readdir(lab.folder)).includes('source.mkv')).toBe(!owned)
    }
  })

  it('does nothing the second time', async () => {
    await using lab = await open({ sizes: [[100, 200]], pieceBytes: 4000 })
    await lab.ingest()
    const before = await lab.ports.catalog.record(VIDEO)
    await lab.ingest()
    expect(await lab.ports.catalog.record(VIDEO)).toEqual(before)
  })
})

function open(film: Parameters<typeof openLab>[0], owned = false): Promise<Lab> {
  return openLab(film, folder, { owned })
}

/** The tables say what the catalog says: whoever finds the packs alone takes a thing for whole when its last run says so. */
async function expectTables({ ports: { catalog } }: Lab): Promise<void> {
  const record = await catalog.record(VIDEO)
  const contents = packContents(record)
  for (const { id, digest } of record.packs) {
    const table = packTable(contents.get(id) ?? [])
    expect(createHash('sha256').update(table).digest('hex')).toBe(digest)
  }
}

/** Every segment reads back as it was cut, every stored blob is known, nothing is left over. */
async function expectWhole({ film, ports, folder: own }: Lab): Promise<void> {
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
