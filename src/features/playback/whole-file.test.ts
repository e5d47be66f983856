import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConflictError, MediaDamagedError } from '#domain/errors.ts'
import type { Slice } from '#domain/video.ts'
import { boxesIn } from '#lib/containers/iso-bmff/box-reader.ts'
import { mediaFolder } from '#lib/containers/iso-bmff/media.test-support.ts'
import { tsFormat } from '#lib/containers/mpeg-ts/ts-format.ts'
import { FILM_ID, longFilm, portsOf, type TestFilm } from './film.test-support.ts'
import { Playback } from './playback.ts'
import { realFilm } from './real-film.test-support.ts'
import type { SliceReader } from './slice-reader.ts'
import { readWholeFile, type WholeFile, wholeFileOf } from './whole-file.ts'

const media = mediaFolder()
afterAll(() => media[Symbol.dispose]())
const PICTURES = '-f lavfi -i testsrc2=s=160x96:r=25:d=8,format=yuv420p'
const SOUND = '-f lavfi -i sine=d=8:r=48000 -f lavfi -i sine=440:d=8:r=48000'

let path: string
let film: TestFilm
let playback: Playback
let file: WholeFile
let whole: Buffer
beforeAll(async () => {
  const sound = `${SOUND} -map 0 -map 1 -map 2 -c:a aac`
  path = media.make('film.mp4', `${PICTURES} ${sound} -c:v libx264 -preset veryfast -g 25 -bf 3`)
  film = await realFilm(path, { fragmentBytes: 30_000 })
  playback = new Playback(portsOf(film))
  file = await wholeFileOf(await playback.videos.get(FILM_ID), playback.slices)
  whole = Buffer.concat(await read(file, undefined, playback.slices))
})

async function read(
  from: WholeFile,
  range: { readonly first: number; readonly last: number } | undefined,
  slices: Pick<SliceReader, 'read'>,
): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  const { signal } = new AbortController()
  for await (const chunk of readWholeFile(from, { range, signal }, slices)) chunks.push(chunk.slice())
  return chunks
}

describe('a video as one file', () => {
  it('has exactly as many bytes as it says before anything of it is read', () => {
    expect(whole.byteLength).toBe(file.byteLength)
    expect(file.mediaType).toBe('video/mp4')
  })

  it('gives in every range the very bytes that it has as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file.byteLength - 1), fc.nat(file.byteLength - 1), async (one, other) => {
        const range = { first: Math.min(one, other), last: Math.max(one, other) }
        const part = Buffer.concat(await read(file, range, playback.slices))
        expect(part.equals(whole.subarray(range.first, range.last + 1))).toBe(true)
      }),
      { numRuns: 150 },
    )
    for (const { offset } of file.parts) {
      const around = Buffer.concat(await read(file, { first: offset - 1, last: offset }, playback.slices))
      expect(around.equals(whole.subarray(offset - 1, offset + 1))).toBe(true)
    }
  })

  it('has an index of its parts, but none where these have several fragments', async () => {
    const video = await playback.videos.get(FILM_ID)
    const boxesOf = (head: Uint8Array) => boxesIn(head).map(({ type }) => type)
    expect(boxesOf(file.head)).toEqual(['ftyp', 'moov', 'sidx', 'sidx', 'sidx'])
    const plain = await wholeFileOf(video, playback.slices, { oneFragmentBytes: 1000 })
    expect(boxesOf(plain.head)).toEqual(['ftyp', 'moov'])
  })

  it('is the same file each time, also for another process', async () => {
    const again = new Playback(portsOf(film))
    const second = await wholeFileOf(await again.videos.get(FILM_ID), again.slices)
    const bytes = Buffer.concat(await read(second, undefined, again.slices))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(createHash('sha256').update(whole).digest('hex'))
  })

  it('tells of each segment before it is read, in play order', async () => {
    const told: string[] = []
    const onSegment: NonNullable<Parameters<typeof readWholeFile>[1]['onSegment']> = ({ track }, { index }) =>
      told.push(`${track.name} ${index}`)
    const { signal } = new AbortController()
    for await (const _ of readWholeFile(file, { signal, onSegment }, playback.slices));
    expect(told.slice(0, 6)).toEqual(['v0 0', 'a0 0', 'a1 0', 'v0 1', 'a0 1', 'a1 1'])
  })

  it('is refused while the video is not complete', async () => {
    const unfinished = longFilm(3)
    unfinished.video = { ...unfinished.video, state: 'ingesting' }
    const { videos, slices } = new Playback(portsOf(unfinished))
    await expect(wholeFileOf(await videos.get(FILM_ID), slices)).rejects.toBeInstanceOf(ConflictError)
  })

  it('fails in words over segments that are none of ours', async () => {
    const foreign = await realFilm(path)
    const [segment] = foreign.segments.filter(({ index }) => index === 2)
    Object.assign(segment ?? {}, { slices: [foreign.store(Buffer.alloc(segment?.byteLength ?? 0))] })
    const { videos, slices } = new Playback(portsOf(foreign))
    const broken = await wholeFileOf(await videos.get(FILM_ID), slices)
    await expect(read(broken, undefined, slices)).rejects.toBeInstanceOf(MediaDamagedError)
  })

  it('is the transport stream itself where there is one, and refused where there are several', async () => {
    const pictures = media.make('pictures.mp4', `${PICTURES} -c:v libx264 -preset veryfast -g 25 -bf 3`)
    const single = await realFilm(pictures, { format: tsFormat })
    const one = new Playback(portsOf(single))
    const stream = await wholeFileOf(await one.videos.get(FILM_ID), one.slices)
    expect(stream.mediaType).toBe('video/mp2t')
    const bytes = Buffer.concat(await read(stream, undefined, one.slices))
    expect(bytes.equals(Buffer.concat(single.segments.map((segment) => single.bytesOf(segment))))).toBe(true)
    const several = new Playback(portsOf(await realFilm(path, { format: tsFormat })))
    await expect(wholeFileOf(await several.videos.get(FILM_ID), several.slices)).rejects.toBeInstanceOf(ConflictError)
  })

  it('holds no more of a large film than passes by', async () => {
    const large = longFilm(0)
    const [init] = file.parts.filter(({ trackId }) => trackId === 1).map(({ track }) => track.init)
    const chunk = new Uint8Array(256 * 1024)
    const segmentBytes = 8 * 1024 * 1024
    const head = whole.subarray(file.head.byteLength, file.head.byteLength + 80)
    const moof = Buffer.from(head)
    moof.writeUInt32BE(80, 0)
    const mdat = Buffer.from(moof.subarray(0, 8))
    mdat.writeUInt32BE(segmentBytes - 80, 0)
    mdat.write('mdat', 4, 'latin1')
    let given = 0
    const give = (piece: Uint8Array) => {
      given += piece.byteLength
      return piece
    }
    const slices: Pick<SliceReader, 'read'> = {
      async *read(wanted: readonly Slice[], { range } = {}) {
        if (wanted === init?.slices) return yield* playback.slices.read(wanted)
        if (range?.last === 79) return yield moof
        yield give(Buffer.concat([moof, mdat]))
        for (let left = segmentBytes - 88; left > 0; left -= chunk.byteLength) yield give(chunk.subarray(0, left))
      },
    }
    const track = { ...(large.tracks[0] as (typeof large.tracks)[0]) }
    const segments = Array.from({ length: 100 }, (_, index) => ({
      ...{ trackId: track.id, index, startSec: index * 6, durationSec: 6, byteLength: segmentBytes, reencoded: false },
      slices: [],
    }))
    const video = { ...(await playback.videos.get(FILM_ID)), tracks: [{ track, init: init ?? null, segments }] }
    const stream = await wholeFileOf(video, slices)
    let [mostAhead, bytes] = [0, 0]
    const { signal } = new AbortController()
    for await (const piece of readWholeFile(stream, { signal }, slices)) {
      bytes += piece.byteLength
      mostAhead = Math.max(mostAhead, given - bytes)
    }
    expect(bytes).toBe(stream.byteLength)
    expect(bytes).toBeGreaterThan(800e6)
    expect(mostAhead).toBeLessThan(segmentBytes)
  })
})
