import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { complaintsAbout, mediaFolder, PICTURES, probe, TONE, words } from '../iso-bmff/media.test-support.ts'
import { bordersOf, bytesOfTrack, type Film, readFilm, segmentFilm } from '../segmenter/film.test-support.ts'
import { PayloadCursor } from '../segmenter/payload-cursor.ts'
import { demux } from './demux.test-support.ts'
import { tsFormat } from './ts-format.ts'

const media = mediaFolder()
afterAll(() => media[Symbol.dispose]())

const H264 = '-c:v libx264 -preset veryfast -g 12 -bf 3 -x264-params open-gop=0:b-pyramid=normal:b-adapt=0'
const X265 = '-c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=12:open-gop=0:bframes=3'
const MP3 = 'mp3 -write_xing 0 -id3v2_version 0'

/** Name of the source, how it is made, how ffmpeg writes its elementary stream. */
const RECIPES = [
  ['h264.mp4', `${PICTURES} ${H264}`, 'h264'],
  ['h264.mkv', `${PICTURES} ${H264}`, 'h264'],
  ['all intra.mp4', `${PICTURES} -c:v libx264 -preset veryfast -g 1`, 'h264'],
  ['hevc.mp4', `${PICTURES} ${X265} -tag:v hvc1`, 'hevc'],
  ['hevc.mkv', `${PICTURES} ${X265}`, 'hevc'],
  ['aac.mp4', `${TONE} -c:a aac`, 'adts'],
  ['aac 44100 5.1.mkv', `${TONE} -ar 44100 -ac 6 -c:a aac`, 'adts'],
  ['aac of QuickTime.mov', `${TONE} -c:a aac`, 'adts'],
  ['ac3.mp4', `${TONE} -ac 6 -c:a ac3`, 'ac3'],
  ['eac3.mkv', `${TONE} -c:a eac3`, 'eac3'],
  ['mp3.mp4', `${TONE} -c:a libmp3lame`, MP3],
  ['mp3.mkv', `${TONE} -c:a libmp3lame`, MP3],
] as const

/** Makes each source once, whichever test wants it first. */
function sourceOf([name, args]: readonly [string, string, ...unknown[]]): string {
  const path = join(media.path, name.replaceAll(' ', '-'))
  return existsSync(path) ? path : media.make(name.replaceAll(' ', '-'), args)
}

describe('a stream that was copied to MPEG-TS', () => {
  it.each(RECIPES)(
    'is bit for bit what it was, at the times at which it was, and ffmpeg has no complaint: %s',
    async (name, args, format) => {
      const source = sourceOf([name, args])
      const film = await readFilm(source)
      const { file, bytes } = await written(film, `${name}.ts`)
      expect(complaintsAbout(file)).toBe('')
      expect(demux(bytes).discontinuities).toBe(0)
      expect(elementaryStream(file, format)).toEqual(elementaryStream(source, format))
      expectSameTimes(source, film, file)
    },
  )

  it('has a clock that never goes back and comes every 100 ms', async () => {
    for (const recipe of [RECIPES[0], RECIPES[5]]) {
      const film = await readFilm(sourceOf(recipe))
      const clocks = demux((await written(film, 'clock.ts')).bytes).packets.map((packet) => packet.clock ?? Number.NaN)
      const steps = clocks.slice(1).map((clock, at) => clock - (clocks[at] ?? Number.NaN))
      expect(Math.min(...steps)).toBeGreaterThan(0)
      expect(Math.max(...steps)).toBeLessThanOrEqual(9000)
    }
  })

  it('may be written in many fragments, and goes on at any segment without a gap in its counters', async () => {
    const film = await readFilm(sourceOf(RECIPES[0]))
    const borders = bordersOf(film, 1)
    const [track] = film.tracks as [Film['tracks'][number]]
    const whole = await segmentFilm(film, tsFormat, { borders, fragmentBytes: 500 })
    const rest = await segmentFilm(film, tsFormat, { borders, fragmentBytes: 500, from: new Map([[track.id, 2]]) })
    expect(whole.length).toBeGreaterThan(2 * borders.length)
    const joined = [...whole.filter((piece) => Number(piece.index) < 2), ...rest]
    expect(bytesOfTrack(joined, track.id)).toEqual(bytesOfTrack(whole, track.id))
    expect(demux(bytesOfTrack(whole, track.id)).discontinuities).toBe(0)
    const file = join(media.path, 'fragments.ts')
    writeFileSync(file, bytesOfTrack(whole, track.id))
    expect(complaintsAbout(file)).toBe('')
  })

  it('may hold a piece that was encoded anew with other parameters', async () => {
    const film = await readFilm(sourceOf(RECIPES[0]))
    const other = await readFilm(media.make('other.mp4', `${PICTURES} ${H264}:cabac=0 -profile:v main -s 128x80`))
    const borders = bordersOf(film, 1)
    const [pictures, others] = [picturesOf(film), picturesOf(other, other.tracks[0]?.sampleEntry)]
    const batches = [...pictures.slice(0, 12), ...others.slice(12, 24), ...pictures.slice(24)]
    const pieces = await segmentFilm({ ...film, batches }, tsFormat, { borders })
    const file = join(media.path, 'patched.ts')
    writeFileSync(file, bytesOfTrack(pieces, film.tracks[0]?.id ?? 0))
    expect(complaintsAbout(file)).toBe('')
    const sizes = execFileSync('ffprobe', words(`-v error -show_entries frame=width -of csv=p=0 ${file}`))
    expect(
      String(sizes)
        .split(/\s+/)
        .filter((width) => width.startsWith('128')),
    ).toHaveLength(12)
    expect(probe(file)[0]?.packets).toHaveLength(50)
  })
})

/** A batch for each picture. */
function picturesOf({ batches }: Film, sampleEntry?: Uint8Array) {
  return batches.flatMap(({ trackId, samples, payload }) => {
    const cursor = new PayloadCursor(payload)
    return samples.map((sample) => {
      const own = { trackId, samples: [sample], payload: cursor.take(sample.size) }
      return sampleEntry === undefined ? own : { ...own, sampleEntry }
    })
  })
}

async function written(film: Film, name: string) {
  const pieces = await segmentFilm(film, tsFormat, { borders: bordersOf(film, 1) })
  expect(pieces.length).toBeGreaterThan(1)
  const bytes = bytesOfTrack(pieces, film.tracks[0]?.id ?? 0)
  const file = join(media.path, name.replaceAll(' ', '-'))
  writeFileSync(file, bytes)
  return { file, bytes }
}

/**
 * As ffmpeg writes it. Of pictures: the NAL units in order, and the parameter sets by themselves, because ffmpeg puts
 * them elsewhere; delimiters, which MPEG-TS demands, are left out.
 */
function elementaryStream(file: string, format: string) {
  const args = `-v error -nostdin -i ${file} -c copy -f ${format} -`
  const bytes = execFileSync('ffmpeg', words(args), { maxBuffer: 2 ** 30 })
  if (format !== 'h264' && format !== 'hevc') return bytes
  const units = Map.groupBy(splitAtStartCodes(bytes), ([first = 0]) =>
    format === 'h264' ? AVC_KINDS[first & 31] : HEVC_KINDS[(first >> 1) & 63],
  )
  const parameterSets = new Set(units.get('parameters')?.map((unit) => unit.toString('hex')))
  return { pictures: units.get(undefined), parameterSets }
}

const AVC_KINDS: Record<number, string> = { 7: 'parameters', 8: 'parameters', 9: 'delimiter' }
const HEVC_KINDS: Record<number, string> = { 32: 'parameters', 33: 'parameters', 34: 'parameters', 35: 'delimiter' }

function splitAtStartCodes(bytes: Buffer): Buffer[] {
  const units: Buffer[] = []
  for (let start = bytes.indexOf(START_CODE); start >= 0; ) {
    const next = bytes.indexOf(START_CODE, start + 3)
    const end = next < 0 ? bytes.byteLength : next
    units.push(bytes.subarray(start + 3, next >= 0 && bytes[end - 1] === 0 ? end - 1 : end))
    start = next
  }
  return units
}

const START_CODE = Buffer.of(0, 0, 1)

/** MPEG-TS counts 90 000 ticks; frames that share a PES packet get times that the reader reckons, a few ticks off. */
function expectSameTimes(source: string, { originSec }: Film, file: string): void {
  const [[before], [after]] = [probe(source), probe(file)]
  const expected = before?.packets.map(({ pts }) => (pts / (before.timescale || 1) - originSec + 10) * 90_000) ?? []
  const differences = after?.packets.map(({ pts }, at) => Math.abs(pts - (expected[at] ?? Number.NaN))) ?? []
  expect(differences).toHaveLength(expected.length)
  const oneTickOfSource = 90_000 / (before?.timescale ?? 1)
  expect(Math.max(...differences)).toBeLessThanOrEqual(4 + oneTickOfSource)
}
