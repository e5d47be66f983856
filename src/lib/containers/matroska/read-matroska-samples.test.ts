import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { mediaFolder, openFile, type ProbedPacket, probe } from '../iso-bmff/media.test-support.ts'
import { directlyReadable } from './directly-readable.ts'
import { collect, collectAll, type ReadSample } from './matroska.test-support.ts'
import { readMatroska } from './read-matroska.ts'
import { readMatroskaSamples } from './read-matroska-samples.ts'
import { sampleTimescale } from './track-timing.ts'

const folder = mediaFolder()
afterAll(() => folder[Symbol.dispose]())

const PICTURES = '-f lavfi -i testsrc2=s=160x96:r=24000/1001:d=4,format=yuv420p'
const TONE = '-f lavfi -i sine=d=4:r=48000'
const X264 = '-c:v libx264 -preset veryfast -g 24'

/** Real files: what makes them, with one video and one or more sound tracks as a rule. */
const FILES: Readonly<Record<string, string>> = {
  'h264-b-pyramid-aac.mkv': `${PICTURES} ${TONE} ${X264} -bf 3 -b_strategy 0 -x264-params b-pyramid=normal -c:a aac`,
  'h264-open-gop-ac3.mkv': `${PICTURES} ${TONE} ${X264} -bf 2 -x264-params open-gop=1 -c:a ac3`,
  'h264-no-b-mp3.mkv': `${PICTURES} ${TONE} ${X264} -bf 0 -c:a libmp3lame`,
  'hevc-dts.mkv': `${PICTURES} ${TONE} -c:v libx265 -x265-params log-level=error:keyint=24 -preset ultrafast -c:a dca -strict -2`,
  'vp9-opus.webm': `${PICTURES} ${TONE} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -auto-alt-ref 1 -lag-in-frames 8 -g 24 -c:a libopus`,
  'av1-flac.mkv': `${PICTURES} ${TONE} -c:v libsvtav1 -preset 12 -g 24 -c:a flac`,
  'av1-aom-opus.webm': `${PICTURES} ${TONE} -c:v libaom-av1 -usage realtime -cpu-used 8 -g 24 -c:a libopus -frame_duration 60`,
  'h264-eac3-44k-two-tracks.mkv': `${PICTURES} ${TONE} -map 0 -map 1 -map 1 ${X264} -c:a:0 eac3 -c:a:1 aac -ar:a:1 44100`,
  'cues-to-front.mkv': `${PICTURES} ${TONE} ${X264} -c:a aac -cues_to_front 1`,
  'live.mkv': `${PICTURES} ${TONE} ${X264} -c:a aac -live 1`,
  'start-offset.mkv': `${PICTURES} ${TONE} ${X264} -bf 2 -c:a aac -output_ts_offset 100.5`,
  'variable-rate.mkv': `${PICTURES} ${TONE} -vf select=not(eq(mod(n\\,5)\\,3)) -vsync vfr ${X264} -bf 2 -c:a aac`,
  'default-durations.mkv': `${PICTURES} ${X264} -bf 2 -an`,
  'only-sound.mka': `${TONE} -c:a libopus`,
  'mpeg4.mkv': `${PICTURES} ${TONE} -c:v mpeg4 -bf 2 -g 24 -c:a vorbis -strict -2 -ac 2`,
}

describe('readMatroskaSamples on real files', () => {
  for (const [name, args] of Object.entries(FILES)) {
    it(`reads ${name} as ffprobe does`, async () => {
      const path = folder.make(name, args)
      const streams = probe(path)
      const { mkv, tracks } = await collectAll(path)
      expect(mkv.tracks).toHaveLength(streams.length)
      for (const [index, track] of mkv.tracks.entries()) {
        const samples = tracks.get(track.number) ?? []
        const { packets, timescale } = streams[index] ?? { packets: [], timescale: 1 }
        expect(samples.length).toBeGreaterThan(20)
        expect(samples.map(({ size, hash }) => [size, hash])).toEqual(packets.map(({ size, hash }) => [size, hash]))
        expectTimesInOrder(samples)
        if (track.kind === 'video') expectSamePictures(samples, packets)
        else expectSameSound(samples, packets, sampleTimescale(mkv, track) / timescale)
      }
    })
  }
})

function expectTimesInOrder(samples: readonly ReadSample[]): void {
  for (const [index, sample] of samples.entries()) {
    const next = samples[index + 1]
    expect(sample.dts).toBeLessThanOrEqual(sample.pts)
    expect(sample.duration).toBeGreaterThan(0)
    if (next !== undefined) expect(next.dts).toBe(sample.dts + sample.duration)
  }
}

/**
 * Ticks are those of ffprobe. It gives the first pictures no decode time, or one by guess, and lets decode times lag as
 * far as the stream says it might reorder, which can be further than it does.
 */
function expectSamePictures(samples: readonly ReadSample[], packets: readonly ProbedPacket[]): void {
  expect(samples.map(({ pts, sync }) => [pts, sync])).toEqual(packets.map(({ pts, sync }) => [pts, sync]))
  const theirs = packets.map((packet) => packet.dts).slice(5)
  const own = samples.map((sample) => sample.dts)
  const lag = [0, 1, 2].find((frames) => own[5 - frames] === theirs[0])
  expect(lag).toBeDefined()
  expect(own.slice(5 - (lag ?? 0), own.length - (lag ?? 0))).toEqual(theirs)
}

/** Finer than the file's ticks, and within one of them. */
function expectSameSound(samples: readonly ReadSample[], packets: readonly ProbedPacket[], factor: number): void {
  for (const [index, { pts, dts, sync }] of samples.entries()) {
    expect(Math.abs(pts / factor - (packets[index]?.pts ?? Number.NaN))).toBeLessThanOrEqual(1.05)
    expect({ dts, sync }).toEqual({ dts: pts, sync: true })
  }
}

describe('sound of equal frames', () => {
  it.each([
    ['h264-b-pyramid-aac.mkv', 2, 1024],
    ['h264-open-gop-ac3.mkv', 2, 1536],
    ['h264-no-b-mp3.mkv', 2, 1152],
    ['hevc-dts.mkv', 2, 512],
    ['vp9-opus.webm', 2, 960],
    ['av1-aom-opus.webm', 2, 2880],
    ['h264-eac3-44k-two-tracks.mkv', 2, 1536],
    ['h264-eac3-44k-two-tracks.mkv', 3, 1024],
    ['start-offset.mkv', 2, 1024],
  ])('has its exact length in %s, track %i', async (name, trackNumber, length) => {
    const { tracks } = await collectAll(`${folder.path}/${name}`)
    const durations = (tracks.get(trackNumber) ?? []).slice(0, -1).map((sample) => sample.duration)
    expect(new Set(durations)).toEqual(new Set([length]))
  })
})

describe('payload', () => {
  it.each([
    'h264-b-pyramid-aac.mkv',
    'h264-open-gop-ac3.mkv',
    'h264-no-b-mp3.mkv',
    'hevc-dts.mkv',
    'vp9-opus.webm',
    'av1-flac.mkv',
    'av1-aom-opus.webm',
    'h264-eac3-44k-two-tracks.mkv',
  ])('of %s is what an MP4 of the same streams holds', async (name) => {
    const path = `${folder.path}/${name}`
    const copied = probe(folder.make(`${name}.mp4`, `-i ${path} -map 0 -c copy -strict -2`))
    const { mkv, tracks } = await collectAll(path)
    for (const [index, track] of mkv.tracks.entries()) {
      expect(directlyReadable(mkv, track.number)).toEqual({ readable: true })
      const hashes = (tracks.get(track.number) ?? []).map((sample) => sample.hash)
      expect(hashes).toEqual(copied[index]?.packets.map((packet) => packet.hash))
    }
  })
})

describe('windows', () => {
  const path = folder.make('windows.mkv', FILES['h264-no-b-mp3.mkv'] ?? '')
  const keysMs = (probe(path)[0]?.packets ?? []).filter((packet) => packet.sync).map((packet) => packet.pts)
  const borders = [Number.NEGATIVE_INFINITY, ...keysMs.slice(1).map((ms) => ms / 1000)]

  it('begin with the key frame at the border, and with the first sound behind it', async () => {
    await using file = await openFile(path)
    const tracks = await collect(file, await readMatroska(file), { trackNumbers: [1, 2], borders })
    for (const [windowIndex, keyMs] of keysMs.entries()) {
      const [picture, sound] = [1, 2].map((number) =>
        tracks.get(number)?.find((sample) => sample.windowIndex === windowIndex),
      )
      expect(picture).toMatchObject({ sync: true, pts: keyMs })
      const soundSec = (sound?.pts ?? 0) / 48_000
      const fromSec = windowIndex === 0 ? 0 : keyMs / 1000
      expect(soundSec).toBeGreaterThanOrEqual(fromSec - 0.001)
      expect(soundSec).toBeLessThan(fromSec + 1152 / 48_000)
    }
  })

  it('never share a batch', async () => {
    await using file = await openFile(path)
    const seen: string[] = []
    const mkv = await readMatroska(file)
    for await (const batch of readMatroskaSamples(file, mkv, { trackNumbers: [1, 2], borders })) {
      seen.push(`${batch.trackId}/${batch.windowIndex}`)
    }
    expect(seen.toSorted()).toEqual(['1/0', '1/1', '1/2', '1/3', '2/0', '2/1', '2/2', '2/3'])
  })

  it('leave out what comes before a finite first border', async () => {
    await using file = await openFile(path)
    const mkv = await readMatroska(file)
    const tracks = await collect(file, mkv, { trackNumbers: [1, 2], borders: [borders[2] ?? 0] })
    expect(tracks.get(1)?.[0]).toMatchObject({ pts: keysMs[2], sync: true, windowIndex: 0 })
    expect((tracks.get(2)?.[0]?.pts ?? 0) / 48).toBeGreaterThanOrEqual((keysMs[2] ?? 0) - 1)
  })
})

describe('beginning in the middle', () => {
  const long = '-f lavfi -i testsrc2=s=64x48:r=25:d=60,format=yuv420p -f lavfi -i sine=d=60:r=44100'
  const borders = [Number.NEGATIVE_INFINITY, ...Array.from({ length: 29 }, (_, index) => 2 * (index + 1))]

  it.each([
    ['with cues', '-c:a aac'],
    ['with open groups of pictures', '-x264-params open-gop=1 -c:a ac3'],
    ['without cues', '-c:a aac -live 1'],
  ])('gives the same samples as reading from the start, %s', async (_, args) => {
    const path = folder.make('long.mkv', `${long} -c:v libx264 -preset ultrafast -bf 3 -g 50 ${args}`)
    await using file = await openFile(path)
    const mkv = await readMatroska(file)
    const shifted = borders.map((border) => border + (mkv.cues?.[0]?.ticks ?? 0) / 1000)
    const whole = await collect(file, mkv, { trackNumbers: [1, 2], borders: shifted })
    for (const [first, second] of [
      [20, 20],
      [7, 9],
      [29, 0],
      [1, 30],
    ] as const) {
      const from = new Map([
        [1, first],
        [2, second],
      ])
      const part = await collect(file, mkv, { trackNumbers: [1, 2], borders: shifted, from })
      expect(part.get(1)).toEqual(whole.get(1)?.filter((sample) => sample.windowIndex >= first))
      expect(part.get(2)).toEqual(whole.get(2)?.filter((sample) => sample.windowIndex >= second))
    }
  })

  it('loses and doubles nothing, wherever the borders are and whichever windows are wanted', async () => {
    await using file = await openFile(`${folder.path}/long.mkv`)
    const mkv = await readMatroska(file)
    const borderList = fc.uniqueArray(fc.double({ min: 0, max: 61, noNaN: true }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(borderList, fc.nat(8), fc.nat(8), async (list, first, second) => {
        const wishes = { trackNumbers: [1, 2], borders: [Number.NEGATIVE_INFINITY, ...list.toSorted((a, b) => a - b)] }
        const whole = await collect(file, mkv, wishes)
        const from = new Map([
          [1, first],
          [2, second],
        ])
        const part = await collect(file, mkv, { ...wishes, from })
        for (const [number, wanted] of from) {
          expect(whole.get(number)).toHaveLength(number === 1 ? 1500 : 2585)
          expect(part.get(number)).toEqual(whole.get(number)?.filter((sample) => sample.windowIndex >= wanted))
        }
      }),
      { numRuns: 12 },
    )
  })

  it('reads only the part that is needed', async () => {
    const path = folder.make('long.mkv', `${long} -c:v libx264 -preset ultrafast -g 50 -c:a aac`)
    await using file = await openFile(path)
    const mkv = await readMatroska(file)
    file.bytesRead = 0
    await collect(file, mkv, { trackNumbers: [1, 2], borders, from: new Map([1, 2].map((one) => [one, 27])) })
    expect(file.bytesRead).toBeLessThan(0.4 * file.size)
  })
})
