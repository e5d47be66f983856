import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ConflictError, NotFoundError } from '#domain/errors.ts'
import type { NewSegment, RecordedSegment, Recording, RecordingHead, Recordings } from '#domain/recording.ts'

export interface OpenRecordings extends AsyncDisposable {
  readonly recordings: Recordings
}

const ID = 'download01'
const NEVER = new AbortController().signal

/** What every `Recordings` must do. Each adapter's test file calls this with its own. */
export function testRecordings(name: string, create: () => Promise<OpenRecordings>): void {
  testWriting(name, create)
  testFollowing(name, create)
}

function testWriting(name: string, create: () => Promise<OpenRecordings>): void {
  describe(`${name}: writing`, () => {
    it('keeps what was committed for whoever opens it later', async () => {
      await using opened = await create()
      {
        await using recording = await opened.recordings.open(ID)
        expect([recording.head, recording.end, [...recording.segments]]).toEqual([null, null, []])
        await recording.begin(HEAD)
        await writeInit(recording, 'init?1', 'INIT')
        await Promise.all([write(recording, 1, 'second'), write(recording, 0, 'first'), write(recording, 2, '')])
      }
      await using again = await opened.recordings.open(ID)
      expect([again.head, again.end]).toEqual([HEAD, null])
      expect(again.segments.get('main')?.map(({ position, byteLength }) => [position, byteLength])).toEqual([
        [0, 5],
        [1, 6],
        [2, 0],
      ])
      expect(again.segments.get('main')?.[1]?.sha256).toBe(sha256('second'))
      expect([again.initFile('init?1') === null, again.initFile('other')]).toEqual([false, null])
    })

    it('takes chunks of any size, and the memory of each may be used again', async () => {
      await using opened = await create()
      await using recording = await opened.recordings.open(ID)
      await recording.begin(HEAD)
      const hash = createHash('sha256')
      const file = await recording.createFile()
      let total = 0
      for (const size of [0, 1, 70_000, 300_000, 1_200_000, 3]) {
        const chunk = new Uint8Array(size).fill(size & 0xff)
        hash.update(chunk)
        await file.write(chunk)
        chunk.fill(0)
        total += size
        expect(file.byteLength).toBe(total)
      }
      await file.commit(segment(0))
      const recorded = recording.segments.get('main')?.[0] as RecordedSegment
      expect([recorded.byteLength, recorded.sha256]).toEqual([total, hash.digest('hex')])
      await using followed = await opened.recordings.follow(recording.path)
      expect((await stat(followed.filePath(recorded.file ?? ''))).size).toBe(total)
    })

    it('counts nothing that was not committed', async () => {
      await using opened = await create()
      await using recording = await opened.recordings.open(ID)
      await recording.begin(HEAD)
      {
        await using file = await recording.createFile()
        await file.write(Buffer.alloc(400_000))
      }
      await using again = await opened.recordings.open(ID)
      expect([...recording.segments, ...again.segments]).toEqual([])
    })

    it('gives a gap its place, without a file', async () => {
      await using opened = await create()
      await using recording = await opened.recordings.open(ID)
      await recording.begin(HEAD)
      const file = await recording.createFile()
      await file.commit(segment(0, { gap: 'The server has it no more.' }))
      expect(recording.segments.get('main')?.[0]).toMatchObject({
        file: null,
        byteLength: 0,
        sha256: '',
        gap: 'The server has it no more.',
      })
    })

    it('takes gaps back where they may be tried again, and the end with them, but not those of a live stream', async () => {
      await using opened = await create()
      for (const [id, live] of [
        [ID, false],
        ['live', true],
      ] as const) {
        await using recording = await opened.recordings.open(id)
        await recording.begin({ ...HEAD, live })
        await write(recording, 0, 'a')
        await (await recording.createFile()).commit(segment(1, { gap: 'Not there.' }))
        await write(recording, 2, 'c')
        await recording.finish({ state: 'complete', why: null })
      }
      const positionsOf = ({ segments }: Recording) => segments.get('main')?.map(({ position }) => position)
      {
        await using kept = await opened.recordings.open(ID)
        expect([positionsOf(kept), kept.end?.state]).toEqual([[0, 1, 2], 'complete'])
      }
      await using live = await opened.recordings.open('live', { gapsAgain: true })
      expect([positionsOf(live), live.end?.state]).toEqual([[0, 1, 2], 'complete'])
      await using again = await opened.recordings.open(ID, { gapsAgain: true })
      expect([positionsOf(again), again.end]).toEqual([[0, 2], null])
      await using followed = await opened.recordings.follow(again.path)
      const following = Array.fromAsync(followed.segments('main', 0, NEVER))
      await write(again, 1, 'b')
      await again.finish({ state: 'complete', why: null })
      expect((await following).map(({ byteLength, gap }) => [byteLength, gap])).toEqual([
        [1, null],
        [1, null],
        [1, null],
      ])
    })

    it('takes the end back of what was ended before all had come', async () => {
      await using opened = await create()
      {
        await using recording = await opened.recordings.open(ID)
        await recording.begin({ ...HEAD, renditions: [{ ...MAIN, segmentCount: 3 }] })
        await write(recording, 0, 'a')
        await recording.finish({ state: 'complete', why: null })
      }
      await using again = await opened.recordings.open(ID, { gapsAgain: true })
      expect(again.end).toBeNull()
      for (const position of [1, 2]) await write(again, position, 'x')
      await again.finish({ state: 'complete', why: null })
      await using whole = await opened.recordings.open(ID, { gapsAgain: true })
      expect(whole.end?.state).toBe('complete')
    })

    it('tells those who only ask what there is', async () => {
      await using opened = await create()
      expect(await opened.recordings.peek(ID)).toBeNull()
      await using recording = await opened.recordings.open(ID)
      expect(await opened.recordings.peek(ID)).toBeNull()
      await recording.begin(HEAD)
      await (await recording.createFile()).commit(segment(0, { gap: 'Not there.' }))
      await write(recording, 0, 'sound', { rendition: 'a0' })
      expect(await opened.recordings.peek(ID)).toEqual({ head: HEAD, hasMedia: false })
      await write(recording, 1, 'b')
      expect(await opened.recordings.peek(ID)).toEqual({ head: HEAD, hasMedia: true })
    })

    it('takes one segment for a place, and an end only without holes', async () => {
      await using opened = await create()
      await using recording = await opened.recordings.open(ID)
      await recording.begin(HEAD)
      await expect(recording.begin(HEAD)).rejects.toBeInstanceOf(ConflictError)
      await write(recording, 1, 'b')
      await expect(write(recording, 1, 'x')).rejects.toBeInstanceOf(ConflictError)
      await expect(recording.finish({ state: 'complete', why: null })).rejects.toBeInstanceOf(ConflictError)
      await write(recording, 0, 'a')
      await recording.finish({ state: 'complete', why: null })
      expect(recording.end).toEqual({ state: 'complete', why: null })
    })

    it('takes an end back when it goes on', async () => {
      await using opened = await create()
      await using recording = await opened.recordings.open(ID)
      await recording.begin(HEAD)
      await recording.finish({ state: 'failed', why: 'The cable was pulled.' })
      await recording.resume()
      await recording.resume()
      expect(recording.end).toBeNull()
      await using again = await opened.recordings.open(ID)
      expect(again.end).toBeNull()
    })

    it('forgets a removed recording and no other; removing it again is no error', async () => {
      await using opened = await create()
      for (const id of [ID, 'download02']) {
        await using recording = await opened.recordings.open(id)
        await recording.begin(HEAD)
        await write(recording, 0, id)
      }
      for (let time = 0; time < 2; time++) await opened.recordings.remove(ID)
      await using gone = await opened.recordings.open(ID)
      await using kept = await opened.recordings.open('download02')
      expect([gone.head, gone.segments.size, kept.head, kept.segments.size]).toEqual([null, 0, HEAD, 1])
    })
  })
}

function testFollowing(name: string, create: () => Promise<OpenRecordings>): void {
  describe(`${name}: following`, () => {
    it('refuses to follow what is not there', async () => {
      await using opened = await create()
      await expect(opened.recordings.follow('/nowhere/at/all')).rejects.toBeInstanceOf(NotFoundError)
    })

    it('waits for the beginning, then gives segments in play order as they come, and ends with it', async () => {
      await using opened = await create()
      await using recording = await opened.recordings.open(ID)
      await using followed = await opened.recordings.follow(recording.path)
      const seen: string[] = []
      const following = (async () => {
        seen.push((await followed.head(NEVER)).title)
        for await (const { file } of followed.segments('main', 0, NEVER)) {
          seen.push(await readFile(followed.filePath(file ?? ''), 'utf8'))
        }
      })()
      await recording.begin(HEAD)
      await write(recording, 2, 'c')
      await write(recording, 0, 'a')
      await waitFor(() => seen.length === 2)
      expect(seen).toEqual(['Film', 'a'])
      await recording.finish({ state: 'failed', why: 'x' })
      await recording.resume()
      await write(recording, 1, 'b')
      await waitFor(() => seen.length === 4)
      await recording.finish({ state: 'complete', why: null })
      await following
      expect(seen).toEqual(['Film', 'a', 'b', 'c'])
    })

    it('keeps renditions apart and begins where it is asked to', async () => {
      await using opened = await create()
      await using recording = await opened.recordings.open(ID)
      await recording.begin(HEAD)
      for (const position of [0, 1, 2]) {
        await write(recording, position, `m${position}`)
        await write(recording, position, `a${position}`, { rendition: 'a0' })
      }
      await recording.finish({ state: 'complete', why: null })
      await using followed = await opened.recordings.follow(recording.path)
      const positions = async (rendition: string, from: number) =>
        (await Array.fromAsync(followed.segments(rendition, from, NEVER))).map((each) => [
          each.rendition,
          each.position,
        ])
      expect(await positions('a0', 1)).toEqual([
        ['a0', 1],
        ['a0', 2],
      ])
      expect([await positions('main', 3), await positions('main', 9), await positions('s0', 0)]).toEqual([[], [], []])
    })

    it('stops waiting when it is told to', async () => {
      await using opened = await create()
      await using recording = await opened.recordings.open(ID)
      await using followed = await opened.recordings.follow(recording.path)
      const stop = new AbortController()
      const waiting = [followed.head(stop.signal), Array.fromAsync(followed.segments('main', 0, stop.signal))]
      const expected = waiting.map((each) => expect(each).rejects.toThrow('enough'))
      stop.abort(new Error('enough'))
      await Promise.all(expected)
    })

    it('removes what its follower has released, and still knows of it when it is opened again', async () => {
      await using opened = await create()
      let files: string[]
      {
        await using recording = await opened.recordings.open(ID)
        await recording.begin(HEAD)
        for (const position of [0, 1, 2]) await write(recording, position, `m${position}`)
        await using followed = await opened.recordings.follow(recording.path)
        const segments = recording.segments.get('main') ?? []
        files = segments.map(({ file }) => followed.filePath(file ?? ''))
        await Promise.all([followed.release('main', 1), followed.release('main', 2)])
        await followed.release('main', 1)
        expect(await Promise.all(files.map(isThere))).toEqual([false, false, true])
      }
      await using again = await opened.recordings.open(ID)
      expect(again.segments.get('main')?.map(({ position }) => position)).toEqual([0, 1, 2])
      await using followed = await opened.recordings.follow(again.path)
      await followed.release('main', 3)
      expect(await Promise.all(files.map(isThere))).toEqual([false, false, false])
    })

    it('tells a follower of a recording that is removed', async () => {
      await using opened = await create()
      const recording = await opened.recordings.open(ID)
      await using followed = await opened.recordings.follow(recording.path)
      const following = Array.fromAsync(followed.segments('main', 0, NEVER))
      await sleep(1)
      await recording[Symbol.asyncDispose]()
      await opened.recordings.remove(ID)
      await expect(following).rejects.toBeInstanceOf(NotFoundError)
    })
  })
}

const HEAD: RecordingHead = {
  title: 'Film',
  url: 'http://127.0.0.1/film.m3u8',
  live: false,
  renditions: [],
  targetDurationSec: 4,
  durationSec: 12,
}

const MAIN: RecordingHead['renditions'][number] = {
  ...{ id: 'main', kind: 'main', name: '', language: 'und', url: HEAD.url },
  ...{ isDefault: true, forced: false, hearingImpaired: false },
}

function segment(position: number, other: Partial<NewSegment> = {}): NewSegment {
  return {
    kind: 'segment',
    rendition: 'main',
    position,
    msn: 100 + position,
    period: 0,
    durationSec: 4,
    init: null,
    gap: null,
    uriPath: `/film/${position}.ts`,
    ...other,
  }
}

async function write(recording: Recording, position: number, text: string, other?: Partial<NewSegment>) {
  await using file = await recording.createFile()
  await file.write(Buffer.from(text))
  await file.commit(segment(position, other))
}

async function writeInit(recording: Recording, key: string, text: string) {
  await using file = await recording.createFile()
  await file.write(Buffer.from(text))
  await file.commit({ kind: 'init', key })
}

async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5)
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
