import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { RandomAccess } from '../random-access.ts'
import type { Sample } from '../sample.ts'
import { concat } from './box-writer.ts'
import { keyFrameIndexOf } from './key-frame-index-of.ts'
import { inMemory, mediaFolder, openFile, PICTURES, probe, TONE } from './media.test-support.ts'
import { type Movie, type MovieTrack, readMovie } from './read-movie.ts'
import { readMovieSamples, type WindowBatch } from './read-movie-samples.ts'
import { sampleAt } from './sample-table.ts'

const media = mediaFolder()
afterAll(() => media[Symbol.dispose]())

const LONG = '-f lavfi -i testsrc2=s=640x360:r=25:d=20,format=yuv420p -f lavfi -i sine=d=20:r=48000 -map 0:v -map 1:a'
const H264 = '-c:v libx264 -preset ultrafast -bf 2 -g 50 -b:v 4M -minrate 4M -bufsize 1M'
const film = media.make('film.mp4', `${LONG} ${H264} -c:a aac`)
const trackByTrack = media.make('apart.mp4', `-i ${film} -map 0:v -map 0:a -c copy -max_interleave_delta 1`)
const backwards = media.make('backwards.mp4', `${PICTURES} ${TONE} -c:v libx264 -c:a aac -g 10`)

const BORDERS = [Number.NEGATIVE_INFINITY, 4, 8, 12.5, 16, 99]

describe('windows', () => {
  it('of video begin with the first key frame at the border or later, of sound with the first sample', async () => {
    const { batches, movie } = await everything(film, BORDERS)
    const begin = (trackId: number, window: number) => {
      const track = movie.tracks.find((one) => one.track.id === trackId)
      const first = batches.find((one) => one.trackId === trackId && one.windowIndex === window)?.samples[0]
      return { sec: (first?.pts ?? Number.NaN) / (track?.track.timescale ?? 1), sync: first?.sync }
    }
    expect([0, 1, 2, 3, 4].map((window) => begin(1, window))).toEqual(
      [0, 4, 8, 14, 16].map((sec) => ({ sec, sync: true })),
    )
    const frameSec = 1024 / 48000
    for (const [window, border] of [4, 8, 12.5, 16].entries()) {
      const { sec } = begin(2, window + 1)
      expect(sec >= border && sec < border + frameSec).toBe(true)
    }
    expect(batches.some((one) => one.windowIndex === 5)).toBe(false)
  })

  it('hold every sample once, in decode order, whatever the borders', async () => {
    const bytes = readFileSync(backwards)
    const movie = await readMovie(inMemory(bytes))
    const borders = fc.uniqueArray(fc.double({ min: -1, max: 3, noNaN: true }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(borders, async (some) => {
        const ascending = [Number.NEGATIVE_INFINITY, ...some.sort((a, b) => a - b)]
        const batches = await collect(inMemory(bytes), movie, { borders: ascending })
        for (const track of movie.tracks) {
          const own = batches.filter((one) => one.trackId === track.track.id)
          expect(own.flatMap((one) => [...one.samples])).toEqual(rowsOf(track))
          expect(own.map((one) => one.windowIndex)).toEqual(own.map((one) => one.windowIndex).sort((a, b) => a - b))
          for (const [index, batch] of own.entries()) {
            expect(batch.endsWindow).toBe(own[index + 1]?.windowIndex !== batch.windowIndex)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('before the wanted one of each track are not read', async () => {
    const { batches: all } = await everything(film, BORDERS)
    const from = new Map([
      [1, 2],
      [2, 4],
    ])
    const { batches, file } = await everything(film, BORDERS, from)
    const wanted = all.filter((one) => one.windowIndex >= (from.get(one.trackId) ?? 0))
    expect(samplesAndBytes(batches)).toEqual(samplesAndBytes(wanted))
    expect(file.bytesRead).toBeLessThan(0.7 * file.size)
  })
})

describe('reading', () => {
  it('takes each byte of an interleaved file about once, from front to back, in few reads', async () => {
    const reads: { offset: number; length: number }[] = []
    const bytes = readFileSync(film)
    const movie = await readMovie(inMemory(bytes))
    const watched: RandomAccess = {
      size: bytes.byteLength,
      read: async (offset, length) => {
        reads.push({ offset, length })
        return bytes.subarray(offset, offset + length)
      },
    }
    await collect(watched, movie, { borders: BORDERS })
    const total = reads.reduce((sum, { length }) => sum + length, 0)
    expect(total / bytes.byteLength).toBeLessThan(1.02)
    expect(reads.length).toBeLessThan(25)
  })

  it('gives batches of at most 8 MiB, also inside one window', async () => {
    const big = media.make(
      'big.mov',
      '-f lavfi -i testsrc2=s=1280x720:r=25:d=4 -c:v prores_ks -profile:v 4 -qscale:v 2',
    )
    const { batches } = await everything(big, [Number.NEGATIVE_INFINITY])
    expect(batches.length).toBeGreaterThan(1)
    for (const { payload } of batches) expect(lengthOf(payload)).toBeLessThanOrEqual(8 * 2 ** 20)
    expect(batches.filter((one) => one.endsWindow).length).toBe(1)
  })

  it('finds tracks that lie one behind the other, or out of order', async () => {
    const apart = await everything(trackByTrack, BORDERS)
    expect(samplesAndBytes(apart.batches)).toEqual(samplesAndBytes((await everything(film, BORDERS)).batches))
    const movie = await readMovie(inMemory(readFileSync(backwards)))
    const [video] = movie.tracks
    if (video === undefined) throw new Error('video expected')
    const mirrored = { ...video, samples: { ...video.samples, offset: video.samples.offset.toReversed() } }
    const sizes = { ...mirrored, samples: { ...mirrored.samples, size: new Uint32Array(video.samples.length).fill(7) } }
    const batches = await collect(inMemory(readFileSync(backwards)), { ...movie, tracks: [sizes] }, { borders: [0] })
    const got = concat(batches.flatMap((one) => [...one.payload]))
    const file = readFileSync(backwards)
    const told = concat([...sizes.samples.offset].map((offset) => file.subarray(offset, offset + 7)))
    expect(Buffer.compare(got, told)).toBe(0)
    expect(batches.flatMap((one) => one.samples.map((sample) => sample.dts))).toEqual([...video.samples.dts])
  })

  it('ends with an error when the file became shorter', async () => {
    const bytes = readFileSync(film)
    const movie = await readMovie(inMemory(bytes))
    const shorter = inMemory(bytes.subarray(0, bytes.byteLength / 2))
    await expect(collect(shorter, movie, { borders: BORDERS })).rejects.toMatchObject({ code: 'truncated' })
  })

  it('refuses tracks that it cannot read', async () => {
    const bytes = readFileSync(film)
    const movie = await readMovie(inMemory(bytes))
    const request = { trackIds: [7], borders: [0] }
    await expect(readMovieSamples(inMemory(bytes), movie, request).next()).rejects.toThrow(RangeError)
  })
})

describe('the key-frame index', () => {
  it('knows the key frames, the bytes between them and the end, as ffprobe does', async () => {
    for (const file of [film, backwards]) {
      const index = keyFrameIndexOf(await readMovie(inMemory(readFileSync(file))))
      const [video] = probe(file)
      if (video === undefined) throw new Error('video expected')
      const keys = video.packets.filter((packet) => packet.sync)
      expect(index?.gops.map((gop) => gop.startSec)).toEqual(keys.map((packet) => packet.pts / video.timescale))
      const bytes = video.packets.reduce((sum, packet) => sum + packet.size, 0)
      expect(index?.gops.reduce((sum, gop) => sum + gop.byteLength, 0)).toBe(bytes)
      const ends = video.packets.map((packet) => packet.pts + packet.duration)
      expect(index?.endSec).toBe(Math.max(...ends) / video.timescale)
      expect(index?.gops.every((gop) => gop.closed)).toBe(true)
    }
  })

  it('tells open groups from closed ones', async () => {
    const x265 = '-c:v libx265 -x265-params log-level=error:keyint=10:min-keyint=10:scenecut=0:open-gop'
    const open = media.make('open.mp4', `${PICTURES} ${x265}=1`)
    const closed = media.make('closed.mp4', `${PICTURES} ${x265}=0`)
    const kinds = async (file: string) =>
      keyFrameIndexOf(await readMovie(inMemory(readFileSync(file))))?.gops.map((gop) => gop.closed)
    expect(await kinds(open)).toEqual([true, false, false, false, false])
    expect(await kinds(closed)).toEqual([true, true, true, true, true])
  })

  it('is absent without video', async () => {
    const sound = media.make('sound.m4a', `${TONE} -c:a aac`)
    expect(keyFrameIndexOf(await readMovie(inMemory(readFileSync(sound))))).toBe(null)
  })
})

interface Wish {
  readonly borders: readonly number[]
  readonly from?: ReadonlyMap<number, number>
}

async function collect(file: RandomAccess, movie: Movie, wish: Wish): Promise<WindowBatch[]> {
  const trackIds = movie.tracks.map(({ track }) => track.id)
  return Array.fromAsync(readMovieSamples(file, movie, { trackIds, ...wish }))
}

async function everything(path: string, borders: readonly number[], from = new Map<number, number>()) {
  await using file = await openFile(path)
  const movie = await readMovie(file)
  return { movie, file, batches: await collect(file, movie, { borders, from }) }
}

function samplesAndBytes(batches: readonly WindowBatch[]): { trackId: number; samples: Sample[]; bytes: string }[] {
  return [1, 2].map((trackId) => {
    const own = batches.filter((one) => one.trackId === trackId)
    const bytes = Buffer.from(concat(own.flatMap((one) => [...one.payload]))).toString('base64')
    return { trackId, samples: own.flatMap((one) => [...one.samples]), bytes }
  })
}

function rowsOf({ samples }: MovieTrack): Sample[] {
  return Array.from({ length: samples.length }, (_, index) => sampleAt(samples, index))
}

function lengthOf(payload: readonly Uint8Array[]): number {
  return payload.reduce((sum, piece) => sum + piece.byteLength, 0)
}
