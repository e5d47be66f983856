import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { ContainerError } from '../container-error.ts'
import { readAudioSpecificConfig } from './audio-specific-config.ts'
import { boxesIn, requireBox } from './box-reader.ts'
import { box, concat, fourCc, u16, u32, zeros } from './box-writer.ts'
import { codecString } from './codec-string.ts'
import { videoRangeOf } from './color-of.ts'
import { mediaFolder, PICTURES, TONE } from './media.test-support.ts'

const media = mediaFolder()
afterAll(() => media[Symbol.dispose]())

const X265 = '-c:v libx265 -x265-params log-level=error'
const HDR = '-color_primaries bt2020 -colorspace bt2020nc'

const VIDEOS = [
  ['baseline.mp4', '-c:v libx264 -profile:v baseline', 'avc1.42C00B', null],
  ['main.mp4', '-c:v libx264 -profile:v main', 'avc1.4D400B', null],
  [
    'high.mp4',
    '-c:v libx264 -profile:v high -color_trc bt709 -color_primaries bt709 -colorspace bt709',
    'avc1.64000B',
    'SDR',
  ],
  ['high10.mp4', '-c:v libx264 -profile:v high10 -pix_fmt yuv420p10le', 'avc1.6E000B', null],
  ['hevc.mp4', `${X265} -tag:v hvc1`, 'hvc1.1.6.L30.90', null],
  ['hevc10.mp4', `${X265} -pix_fmt yuv420p10le -color_trc smpte2084 ${HDR}`, 'hev1.2.4.L30.90', 'PQ'],
  ['av1.mp4', '-c:v libsvtav1 -preset 12', 'av01.0.00M.08', null],
  [
    'av1hlg.mp4',
    `-c:v libsvtav1 -preset 12 -pix_fmt yuv420p10le -color_trc arib-std-b67 ${HDR}`,
    'av01.0.00M.10.0.110.09.18.09.0',
    'HLG',
  ],
  ['vp9.mp4', '-c:v libvpx-vp9 -cpu-used 8', 'vp09.00.10.08', null],
  ['vp9-10.mp4', '-c:v libvpx-vp9 -cpu-used 8 -pix_fmt yuv420p10le', 'vp09.02.10.10', null],
  ['vp9-444.mp4', '-c:v libvpx-vp9 -cpu-used 8 -pix_fmt yuv444p', 'vp09.01.10.08.03.02.02.02.00', null],
  ['mjpeg.mov', '-c:v mjpeg', 'jpeg', null],
] as const

it.each(VIDEOS)('names the video of %s', (name, args, codec, range) => {
  const entry = sampleEntryOf(media.make(name, `${PICTURES} -frames:v 5 ${args}`))
  expect(codecString(entry)).toBe(codec)
  expect(videoRangeOf(entry)).toBe(range)
})

const AUDIOS = [
  ['aac.mp4', '-c:a aac -ac 2', 'mp4a.40.2'],
  ['aac51.mp4', '-c:a aac -ac 6 -ar 44100', 'mp4a.40.2'],
  ['aac71.mp4', '-c:a aac -ac 8', 'mp4a.40.2'],
  ['aac.mov', '-c:a aac -ac 1', 'mp4a.40.2'],
  ['aac51.mov', '-c:a aac -ac 6', 'mp4a.40.2'],
  ['ac3.mp4', '-c:a ac3 -ac 6', 'ac-3'],
  ['eac3.mp4', '-c:a eac3 -ac 6 -ar 44100', 'ec-3'],
  ['opus.mp4', '-c:a libopus -ac 6', 'Opus'],
  ['flac.mp4', '-c:a flac -ac 2 -ar 96000 -strict -2', 'fLaC'],
  ['alac.mp4', '-c:a alac -ac 2 -ar 44100', 'alac'],
  ['alac.mov', '-c:a alac -ac 2 -ar 44100', 'alac'],
  ['mp3.mp4', '-c:a libmp3lame -ac 2', 'mp4a.6B'],
  ['mp3-half.mp4', '-c:a libmp3lame -ac 2 -ar 22050', 'mp4a.69'],
  ['dca.mp4', '-c:a dca -ac 2 -strict -2', 'mp4a.A9'],
] as const

it.each(AUDIOS)('names the audio of %s', (name, args, codec) => {
  const entry = sampleEntryOf(media.make(name, `${TONE} -t 0.2 ${args}`))
  expect(codecString(entry)).toBe(codec)
})

it('agrees with the names that the ffmpeg muxers write, wherever they write whole ones', () => {
  const same = ['baseline', 'high10', 'av1hlg', 'vp9', 'vp9-10', 'aac51', 'ac3', 'eac3'] as const
  for (const name of same) {
    const file = `${media.path}/${name}.mp4`
    media.make('told.mpd', `-i ${file} -c copy -f dash`)
    const [, told] = /codecs="([^"]+)"/.exec(readFileSync(`${media.path}/told.mpd`, 'utf8')) ?? []
    expect(codecString(sampleEntryOf(file)).toLowerCase()).toBe(told?.toLowerCase())
  }
})

const CONFIGS = [
  ['AAC-LC', '1190', { objectType: 2, sampleRate: 48000, channels: 2 }],
  ['HE-AAC, named first', '2b118800', { objectType: 5, sampleRate: 48000, channels: 2 }],
  ['HE-AAC, named behind', '131056e598', { objectType: 5, sampleRate: 48000, channels: 2 }],
  ['HE-AAC v2, named first', 'eb098800', { objectType: 29, sampleRate: 48000, channels: 2 }],
  ['HE-AAC v2, named behind', '130856e59d4880', { objectType: 29, sampleRate: 48000, channels: 2 }],
  ['SBR named as absent', '119056e500', { objectType: 2, sampleRate: 48000, channels: 2 }],
  ['xHE-AAC', 'f94640', { objectType: 42, sampleRate: 48000, channels: 2 }],
] as const

it.each(CONFIGS)('reads the configuration of %s', (_, hex, config) => {
  expect(readAudioSpecificConfig(Buffer.from(hex, 'hex'))).toEqual(config)
})

it('names Dolby Vision by profile and level', () => {
  const entry = box('dvh1', zeros(78), box('dvcC', Uint8Array.of(1, 0, 0x0a, 0x30)))
  expect(codecString(entry)).toBe('dvh1.05.06')
})

it('names DTS and unknown sample entries by their four letters', () => {
  const sound = [zeros(6), u16(1), zeros(8), u16(2, 16, 0, 0), u32(48000 * 0x1_0000)]
  expect(codecString(box('dtsc', ...sound))).toBe('dtsc')
  expect(codecString(box('dtse', ...sound))).toBe('dtse')
})

it('answers every damaged sample entry with a name or a ContainerError', () => {
  const entries = [...VIDEOS, ...AUDIOS].map(([name]) => sampleEntryOf(`${media.path}/${name}`))
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 })
  fc.assert(
    fc.property(fc.constantFrom(...entries), damage, fc.nat(), (entry, changes, cut) => {
      const bytes = entry.slice(0, cut % 3 === 0 ? cut % entry.byteLength : entry.byteLength)
      for (const [at, value] of changes) bytes[8 + (at % entry.byteLength)] = value
      for (const read of [codecString, videoRangeOf]) onlyContainerErrors(() => read(bytes))
    }),
    { numRuns: 2000 },
  )
})

function onlyContainerErrors(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error
  }
}

function sampleEntryOf(file: string): Uint8Array {
  const stsd = requireBox(boxesIn(readFileSync(file)), 'moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd')
  const [entry] = boxesIn(stsd.body.subarray(8))
  return concat([entry?.whole ?? fourCc('none')])
}
