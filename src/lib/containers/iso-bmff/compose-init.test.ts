import { writeFileSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { boxesIn, requireBox, typeOf } from './box-reader.ts'
import { concat } from './box-writer.ts'
import { composeFragmentHeader } from './compose-fragment.ts'
import { composeInit } from './compose-init.ts'
import { complaintsAbout, mediaFolder, openFile, PICTURES, probe, TONE } from './media.test-support.ts'
import { readMovie } from './read-movie.ts'
import { readMovieSamples } from './read-movie-samples.ts'

const media = mediaFolder()
afterAll(() => media[Symbol.dispose]())

const H264 = '-c:v libx264 -preset veryfast -bf 2 -g 25'
const X265 = '-c:v libx265 -x265-params log-level=error:keyint=25'
const RECIPES = [
  ['anamorphic and turned.mov', `${PICTURES} ${H264} -vf setsar=4/3 -metadata:s:v rotate=90`],
  ['hev1.mp4', `${PICTURES} ${X265} -tag:v hev1`],
  ['hvc1 hdr.mov', `${PICTURES} ${X265} -tag:v hvc1 -pix_fmt yuv420p10le -color_trc smpte2084 -color_primaries bt2020`],
  ['av1.mp4', `${PICTURES} -c:v libsvtav1 -preset 12`],
  ['vp9.mp4', `${PICTURES} -c:v libvpx-vp9 -cpu-used 8`],
  ['aac 5.1.mov', `${TONE} -c:a aac -ac 6`],
  ['aac.mov', `${TONE} -c:a aac`],
  ['alac.mov', `${TONE} -c:a alac`],
  ['ac3.mov', `${TONE} -c:a ac3`],
  ['eac3.mp4', `${TONE} -c:a eac3`],
  ['mp3.mp4', `${TONE} -c:a libmp3lame`],
  ['opus.mp4', `${TONE} -c:a libopus`],
  ['flac.mp4', `${TONE} -c:a flac -strict -2`],
  ['dts.mp4', `${TONE} -c:a dca -strict -2`],
] as const

const KEPT = ['codec_name', 'profile', 'width', 'height', 'sample_aspect_ratio', 'color_transfer', 'color_primaries']
const KEPT_OF_SOUND = ['sample_rate', 'channels', 'channel_layout', 'extradata_size', 'side_data_list']

it.each(RECIPES)('composes what plays without a warning and is the same film: %s', async (name, args) => {
  const path = media.make(name.replaceAll(' ', '-'), args)
  await using file = await openFile(path)
  const movie = await readMovie(file)
  const [only] = movie.tracks
  if (only === undefined) throw new Error('one track expected')
  const parts: Uint8Array[] = [composeInit(only.track)]
  const wish = { trackIds: [only.track.id], borders: [Number.NEGATIVE_INFINITY, 1] }
  for await (const { samples, payload } of readMovieSamples(file, movie, wish)) {
    const baseDts = (samples[0]?.dts ?? 0) + 10 * only.track.timescale
    parts.push(composeFragmentHeader({ sequence: parts.length, baseDts, samples }), ...payload)
  }
  const composed = `${media.path}/composed.mp4`
  writeFileSync(composed, concat(parts))
  expect(complaintsAbout(composed)).toBe('')
  const [[source], [copy]] = [probe(path), probe(composed)]
  expect(copy?.packets.map((packet) => packet.hash)).toEqual(source?.packets.map((packet) => packet.hash))
  expect(copy?.packets.map((packet) => packet.sync)).toEqual(source?.packets.map((packet) => packet.sync))
  const toldOf = (fields: Readonly<Record<string, unknown>> | undefined) =>
    [...KEPT, ...KEPT_OF_SOUND].map((field) => `${field}: ${JSON.stringify(fields?.[field])}`)
  expect(toldOf(copy?.fields)).toEqual(toldOf(source?.fields))
})

it('names HEVC hvc1, as Apple wants it, when the parameter sets are in the init segment', async () => {
  await using file = await openFile(`${media.path}/hev1.mp4`)
  const [only] = (await readMovie(file)).tracks
  if (only === undefined) throw new Error('one track expected')
  const stsd = requireBox(boxesIn(composeInit(only.track)), 'moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd')
  expect(typeOf(stsd.body.subarray(8))).toBe('hvc1')
})
