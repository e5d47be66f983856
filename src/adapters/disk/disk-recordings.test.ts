import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RecordedSegment, RecordingHead, Recordings } from '#domain/recording.ts'
import { testRecordings } from '#test/contracts/recordings.ts'
import { DiskRecordings } from './disk-recordings.ts'

testRecordings('DiskRecordings', openLab)

/** Two that know nothing of each other, as in two processes. */
testRecordings('DiskRecordings, followed from elsewhere', async () => {
  const lab = await openLab()
  const other = new DiskRecordings(lab.folder)
  const recordings: Recordings = {
    open: (id, options) => lab.recordings.open(id, options),
    peek: (id) => other.peek(id),
    follow: (path) => other.follow(path),
    remove: (id) => lab.recordings.remove(id),
  }
  return { recordings, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() }
})

const TEXTS = Array.from({ length: 12 }, (_, index) => `segment ${index} `.repeat(index * 40))

describe('DiskRecordings', () => {
  it('gives a true part of what was written, wherever its journal is cut, changed or lengthened', async () => {
    await using lab = await openLab()
    const whole = await recordAll(lab.folder)
    const journal = await readFile(join(lab.folder, 'whole', 'journal'))
    const damage = fc.oneof(
      fc.record({ kind: fc.constant('cut' as const), at: fc.nat(journal.length) }),
      fc.record({ kind: fc.constant('flip' as const), at: fc.nat(journal.length - 1), bit: fc.nat(7) }),
      fc.record({ kind: fc.constant('zero' as const), at: fc.nat(journal.length - 1), length: fc.nat(600) }),
      fc.record({ kind: fc.constant('tail' as const), bytes: fc.uint8Array({ maxLength: 50 }) }),
    )
    await fc.assert(
      fc.asyncProperty(damage, async (what) => {
        await damaged(lab.folder, (path) => writeFile(join(path, 'journal'), withDamage(journal, what)))
        await expectTruePart(lab, whole)
      }),
      { numRuns: 300 },
    )
  }, 60_000)

  it('serves no file that is shorter, longer or gone', async () => {
    await using lab = await openLab()
    const whole = await recordAll(lab.folder)
    const names = await readdir(join(lab.folder, 'whole', 'media'))
    const harm = fc.record({ name: fc.constantFrom(...names), how: fc.constantFrom('shorter', 'longer', 'gone') })
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(harm, { maxLength: 4, selector: ({ name }) => name }), async (harms) => {
        await damaged(lab.folder, async (path) => {
          for (const { name, how } of harms) await hurt(join(path, 'media', name), how)
        })
        const lost = await expectTruePart(lab, whole)
        expect(lost > 0).toBe(harms.length > 0)
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('finds bytes among the newest that changed without their length', async () => {
    await using lab = await openLab()
    const whole = await recordAll(lab.folder)
    await damaged(lab.folder, (path) =>
      writeFile(join(path, 'media', 'main-000011'), TEXTS[11]?.replaceAll('1', '2') ?? ''),
    )
    expect(await expectTruePart(lab, whole)).toBe(1)
  })

  it('removes files that no line of the journal knows', async () => {
    await using lab = await openLab()
    await recordAll(lab.folder)
    const media = join(lab.folder, 'whole', 'media')
    const before = await readdir(media)
    await writeFile(join(media, 'main-000099'), 'renamed, but not written down')
    await writeFile(join(media, '0123456789abcdef.tmp'), 'half')
    await using _recording = await lab.recordings.open('whole')
    expect(await readdir(media)).toEqual(before)
  })

  it('leaves the log and the result of the download alone', async () => {
    await using lab = await openLab()
    await recordAll(lab.folder)
    await writeFile(join(lab.folder, 'whole', 'log'), 'x')
    await lab.recordings.remove('whole')
    expect(await readdir(join(lab.folder, 'whole'))).toEqual(['log'])
  })

  it('refuses ids that would be other paths', async () => {
    await using lab = await openLab()
    for (const id of ['', '..', 'a/b', '/etc', 'a.b']) await expect(lab.recordings.open(id)).rejects.toThrow(TypeError)
  })

  it('goes on after a kill at any moment: what was said to be safe is there', async () => {
    await using lab = await openLab()
    for (let round = 0; round < 6; round++) {
      const said = await writeUntilKilled(lab.folder, 20 + round * 35)
      await using recording = await lab.recordings.open('killed')
      const there = new Map(recording.segments.get('main')?.map((each) => [each.position, each]))
      for (const [position, sha256] of said) expect(there.get(position)?.sha256).toBe(sha256)
      for (const segment of there.values()) await expectTrueFile(join(lab.folder, 'killed'), segment)
    }
  }, 60_000)
})

type Damage =
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'zero'; readonly at: number; readonly length: number }
  | { readonly kind: 'tail'; readonly bytes: Uint8Array }

function withDamage(journal: Buffer, what: Damage): Buffer {
  const copy = Buffer.from(journal)
  if (what.kind === 'cut') return copy.subarray(0, what.at)
  if (what.kind === 'flip') copy[what.at] = (copy[what.at] ?? 0) ^ (1 << what.bit)
  else if (what.kind === 'zero') copy.fill(0, what.at, Math.min(copy.length, what.at + what.length))
  else return Buffer.concat([copy, what.bytes])
  return copy
}

async function hurt(path: string, how: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => null,
  )
  if (how === 'gone' || size === null) await rm(path, { force: true })
  else if (how === 'longer' || size === 0) await writeFile(path, 'x', { flag: 'a' })
  else await truncate(path, size - 1)
}

/** A fresh copy of the whole recording, with something done to it. */
async function damaged(folder: string, harm: (path: string) => Promise<void>): Promise<void> {
  const path = join(folder, 'copy')
  await rm(path, { recursive: true, force: true })
  await cp(join(folder, 'whole'), path, { recursive: true })
  await harm(path)
}

/** Opens the copy twice: all that it says is true, it says the same again, and it can be completed. How many are lost. */
async function expectTruePart(lab: Lab, whole: readonly RecordedSegment[]): Promise<number> {
  const path = join(lab.folder, 'copy')
  const opened: (readonly RecordedSegment[])[] = []
  for (let time = 0; time < 2; time++) {
    await using recording = await lab.recordings.open('copy')
    expect([null, HEAD]).toContainEqual(recording.head)
    const there = [...(recording.segments.get('main') ?? [])]
    opened.push(there)
    for (const segment of there) {
      expect(segment).toEqual(whole[segment.position])
      await expectTrueFile(path, segment)
    }
    if (recording.end) expect(there.length).toBe(whole.length)
  }
  expect(opened[1]).toEqual(opened[0])
  return whole.length - (opened[0]?.length ?? 0)
}

async function expectTrueFile(path: string, segment: RecordedSegment): Promise<void> {
  if (segment.file === null) return
  const bytes = await readFile(join(path, 'media', segment.file))
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(segment.sha256)
}

const HEAD: RecordingHead = {
  title: 'Film',
  url: 'http://127.0.0.1/film.m3u8',
  live: false,
  renditions: [],
  targetDurationSec: 4,
  durationSec: null,
}

async function recordAll(folder: string): Promise<readonly RecordedSegment[]> {
  await using recording = await new DiskRecordings(folder).open('whole')
  await recording.begin(HEAD)
  await using init = await recording.createFile()
  await init.write(Buffer.from('the init section'))
  await init.commit({ kind: 'init', key: 'init' })
  for (const [position, text] of TEXTS.entries()) {
    await using file = await recording.createFile()
    await file.write(Buffer.from(text))
    const gap = position === 5 ? 'missing' : null
    const init = position > 8 ? recording.initFile('init') : null
    await file.commit({
      kind: 'segment',
      rendition: 'main',
      position,
      msn: position,
      period: 0,
      durationSec: 4,
      init,
      gap,
      uriPath: `/${position}.ts`,
    })
  }
  await recording.finish({ state: 'complete', why: null })
  return [...(recording.segments.get('main') ?? [])]
}

/** What a process said was safe before it was killed. */
async function writeUntilKilled(folder: string, afterMs: number): Promise<ReadonlyMap<number, string>> {
  const child = fork(new URL('../../../test/support/record-until-killed.ts', import.meta.url), [folder])
  const said = new Map<number, string>()
  child.on('message', ([position, sha256]: [number, string]) => {
    if (said.size === 0) setTimeout(() => child.kill('SIGKILL'), afterMs)
    said.set(position, sha256)
  })
  await new Promise((resolve) => child.once('close', resolve))
  return said
}

type Lab = Awaited<ReturnType<typeof openLab>>

async function openLab() {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-recordings-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return { folder, recordings: new DiskRecordings(folder), [Symbol.asyncDispose]: remove }
}
