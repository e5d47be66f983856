import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packContents } from '#domain/pack-contents.ts'
import { packTable } from '#lib/pack-file/pack-file.ts'
import { expectWhole, type Lab, openLab, VIDEO } from './ingest-lab.test-support.ts'

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
