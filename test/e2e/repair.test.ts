import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Attachment, Pack } from '#domain/video.ts'
import { type DamagedLibrary, openDamagedLibrary } from '../support/damaged-library.ts'
import { startTelereel } from '../support/run-telereel.ts'
import { readServed } from '../support/served-stream.ts'
import { startServer } from '../support/start-server.ts'
import { leftovers } from '../support/stored-bytes.ts'

let lab: DamagedLibrary
let packs: readonly Pack[]

describe('verify --repair of a folder, when the file was moved away,', () => {
  beforeAll(async () => {
    lab = await openDamagedLibrary('mp4-moov-last')
    packs = lab.before.record.packs
    await lab.watch()
    await lab.loseFilm()
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  it('makes a deleted pack from what somebody watched', async () => {
    const position = packWithoutBesides(lab)
    await lab.losePack(position)
    const found = await lab.run('verify')
    expect([found.code, found.stderr]).toEqual([20, expect.stringContaining('telereel verify --repair')])
    const mended = await lab.run('verify', '--repair')
    expect([mended.code, mended.stderr]).toEqual([0, expect.anything()])
    expect(mended.stdout).toMatch(new RegExp(`\\+ film: pack ${position}: \\d+ slices from the cache\\n`))
    await expectAsBefore(lab)
    // As it was, to the byte: nothing had to change in the catalog.
    expect((await lab.stored()).record).toEqual(lab.before.record)
  })

  it('mends a flipped byte with what is left of the pack and what somebody watched', async () => {
    const { record } = lab.before
    const [pack] = packs
    const damaged = record.segments.flatMap(({ slices }) => slices).filter(({ packId }) => packId === pack?.id)
    const [slice] = damaged.toReversed()
    await lab.flipByte(0, (slice?.offset ?? 0) + 5)
    const found = await lab.run('verify')
    expect([found.code, found.stdout.match(/✖/g)?.length]).toEqual([20, 1])
    const mended = await lab.run('verify', '--repair')
    expect(mended.stdout).toMatch(/pack 0: \d+ slices from what is left of it, 1 from the cache\n/)
    expect(mended.code).toBe(0)
    await expectAsBefore(lab)
    expect((await lab.stored()).record).toEqual(lab.before.record)
  })

  it('writes a pack anew that held more than a cache has, and what tells of the film into another', async () => {
    const last = packs.at(-1)?.position ?? 0
    // It lies where the packs were when it was made.
    const poster = packWith('poster.jpg', lab)
    for (const position of new Set([0, poster, last])) await lab.losePack(position)
    const dry = await lab.run('verify', '--repair', '--dry-run', '--json')
    expect(dry.code).toBe(20)
    expect(dry.json().at(-1)).toMatchObject({ type: 'summary', dryRun: true, unmended: 0 })
    const mended = await lab.run('verify', '--repair')
    expect(mended.stdout).toContain('pack 0: written anew')
    expect(mended.stdout).toContain('its manifest.json: written anew')
    // Nobody looked at it, and there is nothing to take another from.
    expect(mended.stdout).toContain(`pack ${poster}: written anew, without poster.jpg`)
    expect(mended.code).toBe(0)
    await expectAsBefore(lab, ['poster.jpg'])
  })
})

describe('verify --repair of a folder, when nobody watched,', () => {
  beforeAll(async () => {
    lab = await openDamagedLibrary('mkv-ac3-dts-subtitles')
    packs = lab.before.record.packs
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  it('makes every pack again from the file: what was copied, what was encoded, subtitles, poster', async () => {
    for (const { position } of packs) await lab.losePack(position)
    const mended = await lab.run('verify', '--repair')
    expect(mended.stdout).toContain(`from ${lab.filmPath}`)
    expect([mended.code, mended.stdout]).toEqual([0, expect.not.stringContaining('✖')])
    await expectAsBefore(lab)
  })

  it('does so also after a rebuild, when it is told which file it was', async () => {
    await lab.loseCatalog()
    expect((await lab.run('rebuild')).code).toBe(0)
    await lab.losePack(1)
    const unknown = await lab.run('verify', '--repair')
    expect(unknown.code).toBe(20)
    expect(unknown.stdout).toContain('name it with --source')
    const mended = await lab.run('verify', '--repair', '--video-id', lab.videoId, '--source', 'film.mkv')
    expect([mended.code, mended.stdout]).toEqual([0, expect.stringContaining(`from ${lab.filmPath}`)])
    await expectAsBefore(lab)
  })

  it('takes nothing from a file that was changed since, and says exactly what is lost', async () => {
    await lab.loseFilm()
    await writeFile(lab.filmPath, 'something else')
    await lab.losePack(1)
    const lost = await lab.run('verify')
    const tried = await lab.run('verify', '--repair', '--video-id', lab.videoId, '--source', 'film.mkv')
    expect([lost.code, tried.code]).toEqual([20, 20])
    const problemsIn = (text: string) => text.split('\n').filter((line) => line.startsWith('✖'))
    expect(problemsIn(tried.stdout)).toEqual(problemsIn(lost.stdout))
    expect(problemsIn(lost.stdout).join('\n')).toMatch(/✖ Ein Film.*: Track v0, 00:00:\d\d–00:00:\d\d: pack 1 is gone/)
    expect(tried.stdout).toMatch(/slices are to be had from nowhere, so nothing was changed/)
    expect(tried.stdout).toMatch(/is another file: it has 14 bytes/)
  })

  it('refuses flags that say nothing together', async () => {
    expect((await lab.run('verify', '--dry-run')).code).toBe(2)
    expect((await lab.run('verify', '--repair', '--source', 'film.mkv')).code).toBe(2)
    const gone = await lab.run('verify', '--repair', '--video-id', lab.videoId, '--source', 'gone.mkv')
    expect([gone.code, gone.stderr]).toEqual([7, expect.stringContaining('gone.mkv')])
  })
})

describe('verify --repair of a folder, from both,', () => {
  it('takes from the file only what nobody watched', async () => {
    await using at = await openDamagedLibrary('mp4-moov-last')
    await at.watch((name) => !name.includes('a0'))
    await at.losePack(1)
    const mended = await at.run('verify', '--repair')
    expect(mended.stdout).toMatch(
      new RegExp(`pack 1: \\d+ slices? from the cache, \\d+ from ${escaped(at.filmPath)}\n`),
    )
    expect(mended.code).toBe(0)
    await expectAsBefore(at)
  })

  it('mends beside a running server what can be as it was, and asks to stop it for the rest', async () => {
    await using at = await openDamagedLibrary('mp4-moov-last')
    // A manifest is the last that was written, and cannot be had from anywhere as it was.
    const anew = packWith('manifest.json', at)
    const same = packWithoutBesides(at)
    for (const position of [anew, same]) await at.losePack(position)
    {
      await using server = await startServer({ dataDir: at.dataDir, env: at.env })
      const mended = await at.run('verify', '--repair')
      expect(mended.code).toBe(20)
      expect(mended.stdout).toMatch(new RegExp(`\\+ film: pack ${same}: \\d+ slices? from ${escaped(at.filmPath)}\n`))
      expect(mended.stdout).toContain(`- film: pack ${anew}: It would have to be written anew`)
      const played = await readServed(`${server.url}/playlist/local/${at.videoId}.m3u8`, (name) =>
        name.includes('1.m4s'),
      )
      expect(played.size).toBeGreaterThan(0)
    }
    expect((await at.run('verify', '--repair')).code).toBe(0)
    await expectAsBefore(at)
  })

  it('is killed at any moment without harm: the next run ends what it began', async () => {
    await using at = await openDamagedLibrary('mp4-moov-last')
    const loseAll = async () => {
      const { record } = await at.stored().catch(() => at.before)
      for (const { position } of record.packs.slice(0, 4)) await at.losePack(position).catch(() => {})
    }
    await loseAll()
    const startMs = performance.now()
    expect((await at.run('verify', '--repair')).code).toBe(0)
    const wholeMs = performance.now() - startMs
    let kills = 0
    for (let share = 0.3; share < 1.1; share += 0.06) {
      await loseAll()
      kills += Number(await killed(at, share * wholeMs))
    }
    expect(kills).toBeGreaterThan(0)
    const mended = await at.run('verify', '--repair')
    expect([mended.code, mended.stderr]).toEqual([0, expect.anything()])
    // The folder of a cut that was killed is removed by whoever works next.
    await at.watch(() => false)
    await expectAsBefore(at)
  }, 120_000)
})

/** True when it did not come to its end before. */
async function killed(at: DamagedLibrary, afterMs: number): Promise<boolean> {
  const child = startTelereel(['verify', '--repair'], at)
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
  const signal = await new Promise<string | null>((done) => child.once('close', (_code, by) => done(by)))
  clearTimeout(timer)
  return signal === 'SIGKILL'
}

/** Every byte of the film is what it was, `verify` has nothing to say, and nothing lies about. */
async function expectAsBefore(at: DamagedLibrary, without: readonly string[] = []): Promise<void> {
  const verified = await at.run('verify')
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('0 problems')])
  const now = await at.stored()
  expect(now.segments).toEqual(at.before.segments)
  expect(now.strays).toEqual([])
  expect(namesOf(now)).toEqual(namesOf(at.before).filter((name) => !without.includes(name)))
  expect(await leftovers(at.dataDir)).toEqual([])
}

/** The position of the pack that it begins in. */
function packWith(name: string, { before: { record } }: DamagedLibrary): number {
  const attachment = record.attachments.find((each) => each.name === name)
  return attachment ? packOf(attachment, record.packs) : -1
}

/** The position of a pack that holds segments and nothing else. */
function packWithoutBesides({ before: { record } }: DamagedLibrary): number {
  const besides = new Set(record.attachments.map((attachment) => packOf(attachment, record.packs)))
  return record.packs.find(({ position }) => !besides.has(position))?.position ?? -1
}

function packOf({ slices }: Attachment, among: readonly Pack[]): number {
  return among.find(({ id }) => id === slices[0]?.packId)?.position ?? -1
}

function escaped(path: string): string {
  return path.replaceAll('.', '\\.')
}

function namesOf({ record }: DamagedLibrary['before']): string[] {
  return record.attachments.map(({ name }) => name).sort()
}
