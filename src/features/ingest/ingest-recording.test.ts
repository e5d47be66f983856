import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '#adapters/database/open-database.ts'
import { DiskBlobStore } from '#adapters/disk/disk-blob-store.ts'
import { DiskRecordings } from '#adapters/disk/disk-recordings.ts'
import { DiskSourceFiles } from '#adapters/disk/disk-source-files.ts'
import { DiskWorkArea } from '#adapters/disk/disk-work-area.ts'
import { testTool } from '#adapters/ffmpeg/cut.test-support.ts'
import { H264, picture, type TestFolder, testFolder, tone } from '#adapters/ffmpeg/media.test-support.ts'
import { inARow, segmentsOf } from '#adapters/ffmpeg/recording.test-support.ts'
import type { BlobRef } from '#domain/blob-store.ts'
import type { VideoId } from '#domain/ids.ts'
import type { MediaTool } from '#domain/media-tool.ts'
import type { RecordedSegment, Recording, RecordingHead } from '#domain/recording.ts'
import { ingestRecording, type RecordingIngestPorts } from './ingest-recording.ts'
import type { IngestStep } from './ingest-step.ts'

const VIDEO = 'testvideo0000001' as VideoId
const SETTINGS = { minSegmentSec: 2, maxSegmentSec: 30, oversized: 'split' } as const

let folder: TestFolder
let tool: MediaTool
beforeAll(async () => {
  folder = await testFolder()
  tool = await testTool(folder)
})
afterAll(() => folder[Symbol.asyncDispose]())

/** Thrown where a kill would strike; nothing after it runs. */
class Killed extends Error {}

const GROUPS = ['-g', '25', '-keyint_min', '25', '-sc_threshold', '0', '-bf', '2']
const FILM = (seconds: number, size = '320x180') => [
  ...[...picture({ seconds, size }), ...tone({ seconds }), ...H264, ...GROUPS],
  ...['-c:a', 'aac', '-b:a', '96k'],
]

describe('ingestRecording', () => {
  it('makes a video playable while its recording grows, then ready, and lets the recording go', async () => {
    const segments = await segmentsOf(folder, { options: FILM(16), form: 'mpegts' })
    await using lab = await openLab()
    await using recording = await lab.begin()
    const running = lab.ingest()
    const playable: number[] = []
    for (const segment of segments) {
      await record(recording, segment)
      await new Promise((resolve) => setTimeout(resolve, 400))
      playable.push(await playableSec(lab))
      expect((await lab.ports.catalog.video(VIDEO)).state).not.toBe('ready')
    }
    await recording.finish({ state: 'complete', why: null })
    await running
    expect(playable.at(-1)).toBeGreaterThan(6)
    expect(playable.toSorted((one, other) => one - other)).toEqual(playable)
    const video = await lab.ports.catalog.video(VIDEO)
    expect([video.state, Math.round(video.durationSec ?? 0)]).toEqual(['ready', 16])
    expect((await lab.ports.catalog.attachments(VIDEO)).map(({ name }) => name).sort()).toEqual([
      'manifest.json',
      'outline.json',
      'poster.jpg',
    ])
    expect(await readdir(join(lab.folder, 'downloads')).catch(() => [])).toEqual([])
    expect(await lab.ports.catalog.source(VIDEO)).toBe(null)
    const plan = await lab.ports.catalog.plan(VIDEO)
    for (const { id } of await lab.ports.catalog.tracks(VIDEO)) {
      for (const { durationSec } of await lab.ports.catalog.segments(id)) {
        expect(Math.round(durationSec)).toBeLessThanOrEqual(plan?.targetDurationSec ?? 0)
      }
    }
  })

  it('gives the same bytes however often it is killed on the way', async () => {
    const segments = await segmentsOf(folder, { options: FILM(16), form: 'fmp4' })
    await using whole = await openLab()
    await whole.recordAll(segments)
    await whole.ingest()
    const expected = await everySegment(whole)
    await using lab = await openLab()
    await lab.recordAll(segments)
    for (const steps of [3, 6, 5, 7]) await lab.killAfter(steps)
    expect((await lab.ports.catalog.tracks(VIDEO)).length).toBe(2)
    await lab.ingest()
    expect(await everySegment(lab)).toEqual(expected)
    expect(expected.size).toBeGreaterThan(8)
  })

  it('waits while the download may go on', async () => {
    const segments = await segmentsOf(folder, { options: FILM(8), form: 'mpegts' })
    await using lab = await openLab()
    await using recording = await lab.begin()
    for (const segment of segments.slice(0, 2)) await record(recording, segment)
    await recording.finish({ state: 'failed', why: 'the cable' })
    const running = lab.ingest()
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect((await lab.ports.catalog.video(VIDEO)).state).toBe('ingesting')
    await recording.resume()
    for (const segment of segments.slice(2)) await record(recording, segment)
    await recording.finish({ state: 'complete', why: null })
    await running
    expect(Math.round((await lab.ports.catalog.video(VIDEO)).durationSec ?? 0)).toBe(8)
  })

  it('joins and encodes what players do not take', async () => {
    const old = [...picture({ seconds: 6 }), ...tone({ seconds: 6 }), '-c:v', 'mpeg2video', '-g', '25', '-c:a', 'mp2']
    const segments = await segmentsOf(folder, { options: old, form: 'mpegts' })
    await using lab = await openLab()
    await lab.recordAll(segments)
    await lab.killAfter(2)
    await lab.ingest()
    const tracks = await lab.ports.catalog.tracks(VIDEO)
    expect(tracks.map(({ codec, action }) => [codec, action])).toEqual([
      ['h264', 'encode'],
      ['aac', 'encode'],
    ])
    const video = await lab.ports.catalog.video(VIDEO)
    expect([video.state, Math.round(video.durationSec ?? 0)]).toEqual(['ready', 6])
    expect(await readdir(join(lab.folder, 'downloads', 'job1')).catch(() => [])).toEqual([])
  })

  it('says when what was downloaded is gone', async () => {
    await using lab = await openLab()
    await using recording = await lab.begin()
    await lab.ports.recordings.remove('job1')
    await expect(lab.ingest()).rejects.toMatchObject({ code: 'invalid-input', fix: 'Download it again.' })
    expect(recording.end).toBe(null)
  })

  it('goes over to MPEG-TS where the picture changes its form', async () => {
    const parts = [
      await segmentsOf(folder, { options: FILM(6), form: 'mpegts', period: 0 }),
      await segmentsOf(folder, { options: FILM(6, '480x270'), form: 'mpegts', period: 1 }),
    ]
    await using lab = await openLab()
    await lab.recordAll(inARow(...parts))
    await lab.ingest()
    expect((await lab.ports.catalog.plan(VIDEO))?.packaging).toBe('ts')
    const video = await lab.ports.catalog.video(VIDEO)
    expect([video.state, Math.round(video.durationSec ?? 0), video.notes.length]).toEqual(['ready', 12, 1])
  })
})

type Lab = Awaited<ReturnType<typeof openLab>>

async function openLab() {
  const own = await mkdtemp(folder.file('lab-'))
  const recordings = new DiskRecordings(join(own, 'downloads'))
  const open = async () => {
    const database = await openDatabase({ kind: 'sqlite', path: join(own, 'catalog.db') })
    const ports: RecordingIngestPorts = {
      catalog: database.catalog,
      media: tool,
      blobs: new DiskBlobStore(join(own, 'blobs'), 150_000),
      work: new DiskWorkArea(join(own, 'work')),
      sources: new DiskSourceFiles(),
      events: { emit: () => {} },
      recordings,
    }
    return { database, ports }
  }
  let { database, ports } = await open()
  const run = (reached: (step: IngestStep) => void) => {
    const signal = new AbortController().signal
    return ingestRecording(VIDEO, ports, { settings: SETTINGS, signal, report: () => {}, reached })
  }
  const begin = async () => {
    const recording = await recordings.open('job1')
    await recording.begin(HEAD)
    const source = { path: recording.path, owned: true }
    const names = { title: 'Test', originalFilename: 'Test', byteLength: 0, createdAt: new Date(0) }
    await ports.catalog.addVideo({ id: VIDEO, ...names, source })
    return recording
  }
  return {
    folder: own,
    begin,
    get ports() {
      return ports
    },
    ingest: () => run(() => {}),
    async recordAll(segments: readonly RecordedSegment[]) {
      await using recording = await begin()
      for (const segment of segments) await record(recording, segment)
      await recording.finish({ state: 'complete', why: null })
    },
    /** Ends at the given step as if the process had died, and opens everything anew. */
    async killAfter(steps: number) {
      let left = steps
      await run(() => {
        if (--left === 0) throw new Killed()
      }).catch((error) => {
        if (!(error instanceof Killed)) throw error
      })
      await database[Symbol.asyncDispose]()
      ;({ database, ports } = await open())
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await rm(own, { recursive: true, force: true })
    },
  }
}

const HEAD: RecordingHead = {
  title: 'Test',
  url: 'https://example.org/main.m3u8',
  live: true,
  renditions: [
    {
      ...{ id: 'main', kind: 'main', name: 'main', language: 'und', url: 'https://example.org/main.m3u8' },
      ...{ isDefault: true, forced: false, hearingImpaired: false },
    },
  ],
  targetDurationSec: 2,
  durationSec: null,
}

/** Puts a segment that lies in the folder of the tests into the recording, with its init section. */
async function record(recording: Recording, segment: RecordedSegment): Promise<void> {
  const { init, file } = segment
  if (init !== null && recording.initFile(init) === null) {
    await using written = await recording.createFile()
    await written.write(await readFile(folder.file(init)))
    await written.commit({ kind: 'init', key: init })
  }
  await using written = await recording.createFile()
  await written.write(await readFile(folder.file(file ?? '')))
  const { byteLength: _, sha256: __, file: ___, ...facts } = segment
  await written.commit({ kind: 'segment', ...facts, init: init === null ? null : recording.initFile(init) })
}

/** How far all tracks have all segments. */
async function playableSec({ ports: { catalog } }: Lab): Promise<number> {
  const tracks = await catalog.tracks(VIDEO)
  if (tracks.length === 0) return 0
  const ends = await Promise.all(
    tracks.map(async ({ id }) => {
      const last = (await catalog.segments(id)).filter(({ index }) => index !== 'init').at(-1)
      return last === undefined ? 0 : last.startSec + last.durationSec
    }),
  )
  return Math.min(...ends)
}

/** Times and bytes of every segment, by name. */
async function everySegment({ ports: { catalog, blobs } }: Lab): Promise<Map<string, string>> {
  const packs = await catalog.packs(VIDEO)
  const all = new Map<string, string>()
  for (const { id } of await catalog.tracks(VIDEO)) {
    for (const { index, startSec, durationSec, slices } of await catalog.segments(id)) {
      const hash = createHash('sha256')
      for (const { packId, offset, length } of slices) {
        const ref = packs.find((pack) => pack.id === packId)?.ref as BlobRef
        const range = { first: offset, last: offset + length - 1 }
        for await (const chunk of await blobs.get(ref, { range })) hash.update(chunk)
      }
      all.set(`${id} ${index}`, `${startSec} ${durationSec} ${hash.digest('hex')}`)
    }
  }
  return all
}
