import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BlobRef, RepairOptions } from '#domain/blob-store.ts'
import type { OpenMedia } from '#domain/media-tool.ts'
import type { Pack, Slice } from '#domain/video.ts'
import { type ScriptedFilm, ScriptedMedia } from '#features/ingest/scripted-media.test-support.ts'
import type { MendPorts } from '#features/library/mend-pack.ts'
import { FILM, type HarmedStore, MendingLab } from '../support/mending-lab.ts'

export interface MendingWish {
  /** How many random harms are tried. */
  readonly runs: number
  /** Of the steps at which it is killed, each so-manieth. */
  readonly stride?: number
}

const SMALL: ScriptedFilm = {
  sizes: [
    [9000, 12_000, 30_000, 500],
    [800, 800, 800, 100],
  ],
  pieceBytes: 4000,
}

/** What `verify --repair` promises over any store whose blobs hold at most 16,000 bytes. */
export function testMending(
  name: string,
  openStore: () => Promise<HarmedStore>,
  { runs, stride = 1 }: MendingWish,
): void {
  const open = async (film: ScriptedFilm = SMALL) => MendingLab.open(await openStore(), film)

  describe(`${name}: mending`, () => {
    it('finds nothing to do where nothing is wrong', async () => {
      await using lab = await open()
      const before = await lab.ports.catalog.record(FILM)
      expect(await lab.verify({ mend: true })).toMatchObject({ problems: [], repaired: [], unmended: [] })
      expect(await lab.ports.catalog.record(FILM)).toEqual(before)
    })

    it('makes every lost pack whole from the source, and its manifest and outline anew', async () => {
      await using lab = await open()
      const all = await lab.readable()
      for (const { ref } of await lab.ports.catalog.packs(FILM)) if (ref) await lab.store.lose(ref)
      lab.isSourceThere = true
      const found = await lab.verify({ mend: true })
      expect([found.problems, found.unmended]).toEqual([[], []])
      expect(found.repaired.join('\n')).toMatch(/pack 1: \d+ slices? from \/films\/x\.mkv/)
      await expectSame(lab, all)
      const { attachments } = await lab.ports.catalog.record(FILM)
      expect(attachments.map((each) => each.name)).toEqual(expect.arrayContaining(['manifest.json', 'outline.json']))
      expect(await lab.verify()).toMatchObject({ problems: [] })
      expect(await lab.strays()).toEqual([])
    })

    it('stores a pack as it was where that is possible, and changes nothing in the catalog then', async () => {
      await using lab = await open()
      const before = await lab.ports.catalog.record(FILM)
      const pack = await packOfSegmentsOnly(lab)
      for (const slice of await slicesIn(lab, pack)) lab.cached.add(slice.sha256)
      await lab.store.lose(refOf(pack))
      const { problems, repaired } = await lab.verify({ mend: true, ports: { ...lab.ports, alone: async () => null } })
      expect(problems).toEqual([])
      expect(repaired.join('\n')).toMatch(new RegExp(`pack ${pack.position}: \\d+ slices? from the cache`))
      expect(await lab.ports.catalog.record(FILM)).toEqual(before)
    })

    it('puts a pack together from cache and source', async () => {
      await using lab = await open()
      const all = await lab.readable()
      const pack = await packOfSegmentsOnly(lab, 2)
      const [first] = await slicesIn(lab, pack)
      lab.cached.add(first?.sha256 ?? '')
      lab.isSourceThere = true
      await lab.store.lose(refOf(pack))
      const { repaired } = await lab.verify({ mend: true })
      expect(repaired.join('\n')).toMatch(
        new RegExp(`pack ${pack.position}: 1 slice from the cache, \\d+ from /films/x\\.mkv`),
      )
      await expectSame(lab, all)
    })

    it('changes nothing for the sake of half a pack, and says what is lost as if it had not looked', async () => {
      await using lab = await open()
      const pack = await packOfSegmentsOnly(lab, 2)
      const [first] = await slicesIn(lab, pack)
      lab.cached.add(first?.sha256 ?? '')
      await lab.store.lose(refOf(pack))
      const before = await lab.ports.catalog.record(FILM)
      const lost = await lab.verify()
      const found = await lab.verify({ mend: true })
      expect(found.problems).toEqual(lost.problems)
      expect(found.repaired).toEqual([])
      expect(found.unmended.join('\n')).toMatch(/1 slice from the cache; \d+ of \d+ slices are to be had from nowhere/)
      expect(found.unmended.join('\n')).toContain('/films/x.mkv is not there any more.')
      expect(await lab.ports.catalog.record(FILM)).toEqual(before)
    })

    it('takes no bytes of another file, and none that come out different', async () => {
      await using lab = await open()
      const pack = await packOfSegmentsOnly(lab)
      await lab.store.lose(refOf(pack))
      lab.isSourceThere = true
      lab.sourceBytes = 1001
      expect((await lab.verify({ mend: true })).unmended.join()).toMatch(/is another file: it has 1001 bytes, not 1000/)
      lab.sourceBytes = 1000
      lab.media = otherBytes(SMALL)
      const { unmended, problems } = await lab.verify({ mend: true })
      expect(unmended.join('\n')).toMatch(/gives other bytes for \d+ of them/)
      expect(problems.length).toBeGreaterThan(0)
    })

    it('says in a dry run what it would do, and does nothing', async () => {
      await using lab = await open()
      const [first] = await lab.ports.catalog.packs(FILM)
      lab.isSourceThere = true
      if (first?.ref) await lab.store.lose(first.ref)
      const before = await lab.ports.catalog.record(FILM)
      const found = await lab.verify({ mend: true, dryRun: true })
      expect(found.repaired).toEqual([
        expect.stringMatching(/^pack 0: \d+ slices? from \/films\/x\.mkv$/),
        'pack 0: written anew',
        'its manifest.json: written anew',
      ])
      expect(found.problems.length).toBeGreaterThan(0)
      expect(await lab.ports.catalog.record(FILM)).toEqual(before)
      expect((await lab.verify()).problems).toEqual(found.problems)
    })

    it('writes no pack anew a second time for the sake of what is to be had from nowhere', async () => {
      await using lab = await open()
      const { attachments } = await lab.ports.catalog.record(FILM)
      const original = attachments.find(({ kind }) => kind === 'subtitle-original')?.slices[0]
      if (!original) throw new Error('The film has no subtitles.')
      const pack = await lab.ports.catalog.pack(original.packId)
      for (const { sha256 } of await slicesIn(lab, pack)) if (sha256 !== original.sha256) lab.cached.add(sha256)
      await lab.store.lose(refOf(pack))
      await lab.verify({ mend: true })
      const before = await lab.ports.catalog.record(FILM)
      const again = await lab.verify({ mend: true })
      expect([again.repaired, again.problems.length]).toEqual([[], 1])
      expect(await lab.ports.catalog.record(FILM)).toEqual(before)
    })

    it('writes no pack anew while another process works on the library', async () => {
      await using lab = await open()
      const [first] = await lab.ports.catalog.packs(FILM)
      lab.isSourceThere = true
      if (first?.ref) await lab.store.lose(first.ref)
      const before = await lab.ports.catalog.record(FILM)
      const { unmended } = await lab.verify({ mend: true, ports: { ...lab.ports, alone: async () => null } })
      expect(unmended.join()).toContain('stop the server')
      expect(await lab.ports.catalog.record(FILM)).toEqual(before)
    })

    it('finds its own work when the catalog was set back to an older state', async () => {
      await using lab = await open()
      const { catalog } = lab.ports
      const [all, old] = [await lab.readable(), await catalog.packs(FILM)]
      for (const pack of old) await lab.store.lose(refOf(pack))
      lab.isSourceThere = true
      await lab.verify({ mend: true })
      lab.isSourceThere = false
      for (const was of old) {
        const { byteLength, digest } = was
        const now = await catalog.pack(was.id)
        await catalog.replacePack(was.id, now, { ref: refOf(was), byteLength, digest: digest ?? '' })
      }
      expect(await lab.verify({ mend: true })).toMatchObject({ problems: [], unmended: [] })
      await expectSame(lab, all)
      expect(await lab.strays()).toEqual([])
    })

    it('puts nothing back of a film that is deleted meanwhile, and has nothing to say of it', async () => {
      await using lab = await open()
      const { catalog } = lab.ports
      const pack = await packOfSegmentsOnly(lab)
      await lab.store.lose(refOf(pack))
      const size = async () => {
        await catalog.updateVideo(FILM, { state: 'deleting' })
        return 1000
      }
      expect(await lab.verify({ mend: true, ports: { ...lab.ports, sources: { size } } })).toBeUndefined()
      expect(await lab.store.blobs.size(refOf(pack))).toBeNull()
    })

    it('keeps what lies beside a pack of which only the length was looked at', async () => {
      await using lab = await open()
      const pack = await packOfSegmentsOnly(lab)
      const bytes = Buffer.concat(await Array.fromAsync(await lab.store.blobs.get(refOf(pack))))
      bytes.fill(~(bytes.at(-1) ?? 0), bytes.byteLength - 1)
      const source = async function* () {
        yield bytes
      }
      const name = `${FILM}/${pack.position}`
      const beside = await lab.store.blobs.put({ name, byteLength: bytes.byteLength, open: source })
      // Where a name is a place, nothing lies beside anything.
      if (beside === pack.ref) return
      await lab.store.flip(refOf(pack), 0.5)
      await lab.verify({ mend: true, level: 1 })
      expect(await lab.verify({ mend: true })).toMatchObject({ problems: [], unmended: [] })
      expect(await lab.strays()).toEqual([])
    })

    it('loses and doubles nothing when it is killed at any of its steps', async () => {
      let steps = 1
      while (await isKilledAt(steps, await open())) steps += stride
      expect(steps).toBeGreaterThan(8)
    }, 120_000)

    it('never makes less of what is there, and all that can be made', async () => {
      const size = fc.integer({ min: 1, max: 20_000 })
      const film = fc.integer({ min: 1, max: 5 }).chain((count) => {
        return fc.array(fc.array(size, { minLength: count, maxLength: count }), { minLength: 1, maxLength: 2 })
      })
      const harm = fc.record({ at: fc.nat(), isLost: fc.boolean(), share: fc.double({ min: 0, max: 1, noNaN: true }) })
      const harms = fc.array(harm, { minLength: 1, maxLength: 3 })
      await fc.assert(
        fc.asyncProperty(film, harms, fc.nat(100), fc.boolean(), async (sizes, harmed, percent, isSourceThere) => {
          await using lab = await open({ sizes, pieceBytes: 5000 })
          await cacheShare(lab, percent)
          await harmAll(lab, harmed)
          const [before, lostBefore] = [await lab.readable(), (await lab.verify()).problems]
          lab.isSourceThere = isSourceThere
          const found = await lab.verify({ mend: true })
          const after = await lab.readable()
          if (isSourceThere) expect(found.problems).toEqual([])
          expect(found.problems.length).toBeLessThanOrEqual(lostBefore.length)
          const { segments } = await lab.ports.catalog.record(FILM)
          const needed = segments.flatMap(({ slices }) => slices.map(({ sha256 }) => sha256))
          expect(needed.filter((key) => before.has(key) && !after.has(key))).toEqual([])
          expect((await lab.verify()).problems).toEqual(found.problems)
        }),
        { numRuns: runs, endOnFailure: true },
      )
    }, 120_000)
  })
}

/** Whether it was killed there; the next run then ends what that one began. */
async function isKilledAt(step: number, opened: MendingLab): Promise<boolean> {
  await using lab = opened
  const all = await lab.readable()
  for (const pack of (await lab.ports.catalog.packs(FILM)).slice(0, 2)) await lab.store.lose(refOf(pack))
  lab.isSourceThere = true
  const mending = lab.verify({ mend: true, ports: killedAt(step, lab.ports) })
  const isKilled = await mending.then(
    () => false,
    (error) => error instanceof Killed || Promise.reject(error),
  )
  expect(await lab.verify({ mend: true })).toMatchObject({ problems: [], unmended: [] })
  await expectSame(lab, all)
  expect([step, await lab.strays()]).toEqual([step, []])
  return isKilled
}

async function cacheShare(lab: MendingLab, percent: number): Promise<void> {
  const slices = await lab.slices()
  for (const { sha256 } of slices.filter((_, index) => (index * 37) % 100 < percent)) lab.cached.add(sha256)
}

async function harmAll(
  lab: MendingLab,
  harms: readonly { readonly at: number; readonly isLost: boolean; readonly share: number }[],
): Promise<void> {
  const packs = await lab.ports.catalog.packs(FILM)
  // Each pack once: two flips of one bit are none.
  const chosen = new Map(harms.map((harm) => [harm.at % packs.length, harm]))
  for (const [index, { isLost, share }] of chosen) {
    const ref = refOf(packs[index] as Pack)
    await (isLost ? lab.store.lose(ref) : lab.store.flip(ref, share))
  }
}

/** Every slice of a segment or subtitle that could be read then can be read now. */
async function expectSame(lab: MendingLab, all: ReadonlySet<string>): Promise<void> {
  const now = await lab.readable()
  const { segments, attachments } = await lab.ports.catalog.record(FILM)
  const film = [...segments, ...attachments.filter(({ trackName }) => trackName !== null)]
  const wanted = film.flatMap(({ slices }) => slices.map(({ sha256 }) => sha256))
  expect(wanted.filter((key) => !all.has(key) || !now.has(key))).toEqual([])
}

async function packOfSegmentsOnly(lab: MendingLab, atLeast = 1): Promise<Pack> {
  const { packs, segments, attachments } = await lab.ports.catalog.record(FILM)
  const touches = (pack: Pack) => (owner: { readonly slices: readonly Slice[] }) =>
    owner.slices.some(({ packId }) => packId === pack.id)
  const found = packs.find((pack) => {
    return segments.filter(touches(pack)).length >= atLeast && !attachments.some(touches(pack))
  })
  if (!found) throw new Error('There is no such pack.')
  return found
}

async function slicesIn(lab: MendingLab, { id }: Pack): Promise<Slice[]> {
  return (await lab.slices()).filter(({ packId }) => packId === id)
}

function refOf({ id, ref }: Pack) {
  if (!ref) throw new Error(`Pack ${id} is not stored.`)
  return ref
}

/** The same film with another encoder. */
function otherBytes(film: ScriptedFilm): MendPorts['media'] {
  const media = new ScriptedMedia(film)
  return {
    async open(): Promise<OpenMedia> {
      const open = await media.open()
      return {
        ...open,
        async *cut(plan, options) {
          for await (const event of open.cut(plan, options)) {
            if (event.kind !== 'piece') yield event
            else
              yield { ...event, piece: { ...event.piece, bytes: event.piece.bytes.map((each) => each.toReversed()) } }
          }
        },
      }
    },
  }
}

/** Thrown where a kill would strike. */
class Killed extends Error {}

/** Dies before or after the n-th call that leaves something behind. */
function killedAt(step: number, ports: MendPorts): MendPorts {
  let steps = 0
  const reached = () => {
    if (++steps >= step) throw new Killed()
  }
  const around = <Args extends unknown[], Value>(call: (...args: Args) => Promise<Value>) => {
    return async (...args: Args): Promise<Value> => {
      reached()
      const value = await call(...args)
      reached()
      return value
    }
  }
  const { blobs, catalog, repairs } = ports
  const mortal = {
    ...ports,
    blobs: {
      limits: blobs.limits,
      put: around((source, signal) => blobs.put(source, signal)),
      get: (ref, options) => blobs.get(ref, options),
      size: (ref, signal) => blobs.size(ref, signal),
      delete: around((ref, signal) => blobs.delete(ref, signal)),
      list: (signal) => blobs.list(signal),
    } satisfies MendPorts['blobs'],
    catalog: { ...catalog, replacePack: around(catalog.replacePack) },
    repairs: repairs && { repair: around((ref: BlobRef, options?: RepairOptions) => repairs.repair(ref, options)) },
  }
  return { ...mortal, renewManifest: around((id, signal) => ports.renewManifest(id, signal)) }
}
