import { afterAll, describe, expect, it } from 'vitest'
import { MEDIA_ORIGIN_SEC } from '#domain/ingest-plan.ts'
import {
  bytesOf,
  cutAll,
  frameTimesOf,
  packetsOf,
  type PlanWish,
  planOf,
  sha256,
  spansOf,
  testTool,
  written,
} from './cut.test-support.ts'
import { ffmpeg, ffprobe, H264, picture, testFolder, tone } from './media.test-support.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const tool = await testTool(folder)

const SECONDS = 6
const both = [...picture({ seconds: SECONDS }), ...tone({ seconds: SECONDS })]
const GOPS = ['-g', '25', '-bf', '2', '-sc_threshold', '0']

async function make(name: string, ...options: readonly string[]): Promise<string> {
  await ffmpeg(...options, folder.file(name))
  return folder.file(name)
}

/** Sources by name; each has video as stream 0 and sound as stream 1. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  'h264-aac.mp4': [...both, ...H264, ...GOPS, '-c:a', 'aac'],
  'faststart.mp4': [...both, ...H264, ...GOPS, '-c:a', 'aac', '-movflags', '+faststart'],
  'fragmented.mp4': [...both, ...H264, ...GOPS, '-c:a', 'aac', '-movflags', '+frag_keyframe+empty_moov'],
  'h264-ac3.mkv': [...both, ...H264, ...GOPS, '-c:a', 'ac3'],
  'h264-aac.ts': [...both, ...H264, ...GOPS, '-c:a', 'aac'],
  'h264-aac.flv': [...both, ...H264, ...GOPS, '-c:a', 'aac', '-ar', '44100'],
  'vp9-opus.webm': [
    ...both,
    '-c:v',
    'libvpx-vp9',
    '-deadline',
    'realtime',
    '-cpu-used',
    '8',
    '-g',
    '25',
    '-c:a',
    'libopus',
  ],
  'hevc-opus.mkv': [
    ...both,
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    'log-level=error:open-gop=0:keyint=25:pools=1',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'libopus',
  ],
  'av1-aac.mp4': [...both, '-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-g', '25', '-c:a', 'aac'],
}

/** Video that has to be encoded. */
const OLD: Readonly<Record<string, readonly string[]>> = {
  'mpeg2-mp2.ts': [...both, '-c:v', 'mpeg2video', '-bf', '2', '-g', '15', '-c:a', 'mp2'],
  'mpeg2-mp2.mpg': [...both, '-c:v', 'mpeg2video', '-bf', '2', '-g', '15', '-c:a', 'mp2', '-f', 'vob'],
  'mpeg4-mp3.avi': [...both, '-c:v', 'mpeg4', '-bf', '2', '-c:a', 'libmp3lame'],
  'ntsc.avi': [
    ...picture({ seconds: SECONDS, rate: '30000/1001' }),
    ...tone({ seconds: SECONDS }),
    '-c:v',
    'mpeg4',
    '-c:a',
    'pcm_s16le',
  ],
  'prores-pcm.mov': [...both, '-c:v', 'prores', '-c:a', 'pcm_s16le'],
  'mjpeg-pcm.mov': [...both, '-c:v', 'mjpeg', '-c:a', 'pcm_s16le'],
  'wmv2-wmav2.wmv': [...both, '-c:v', 'wmv2', '-c:a', 'wmav2'],
  'theora-vorbis.ogv': [...both, '-c:v', 'libtheora', '-c:a', 'libvorbis'],
  'vfr.mkv': [
    ...both,
    '-vf',
    'select=not(between(mod(n\\,10)\\,3\\,5))',
    '-vsync',
    'vfr',
    '-c:v',
    'mpeg4',
    '-c:a',
    'aac',
  ],
  'interlaced.ts': [...both, '-c:v', 'mpeg2video', '-flags', '+ildct+ilme', '-top', '1', '-c:a', 'mp2'],
  'turned.mov': [...both, '-c:v', 'mjpeg', '-metadata:s:v', 'rotate=90', '-c:a', 'pcm_s16le'],
  'wide-pixels.avi': [...both, '-vf', 'setsar=2', '-c:v', 'mpeg4', '-c:a', 'pcm_s16le'],
  'late-start.ts': [...both, '-c:v', 'mpeg2video', '-c:a', 'mp2', '-output_ts_offset', '3600'],
}

async function opened(path: string, wish: PlanWish) {
  const media = await tool.open(path)
  const index = await media.index()
  return { media, index, plan: planOf(media.info, index, wish) }
}

const COPY_BOTH: PlanWish = {
  tracks: [
    { streamIndex: 0, action: 'copy' },
    { streamIndex: 1, action: 'copy' },
  ],
}
const ENCODE_BOTH: PlanWish = {
  borders: [0, 2, 4],
  tracks: [
    { streamIndex: 0, action: 'encode' },
    { streamIndex: 1, action: 'encode', sampleRate: 48_000 },
  ],
}

async function sizeOf(path: string): Promise<number[]> {
  return (await ffprobe('-show_entries', 'stream=width,height', '-of', 'csv=p=0', path)).trim().split(',').map(Number)
}

describe('copied tracks', () => {
  it.each(Object.entries(SOURCES))('come out with every packet at its own time: %s', async (name, options) => {
    const source = await make(name, ...options)
    const { media, plan } = await opened(source, COPY_BOTH)
    await using _ = media
    const { pieces, error } = await cutAll(media, plan)
    expect(error).toBeNull()
    for (const track of [0, 1]) {
      const joined = await written(folder, `${name}.${track}.mp4`, bytesOf(pieces, track))
      const [before, after] = await Promise.all([packetsOf(source, track), packetsOf(joined)])
      expect(after).toHaveLength(before.length)
      const shiftSec = MEDIA_ORIGIN_SEC - plan.startSec
      for (const [position, packet] of after.entries()) {
        expect(Math.abs(packet.ptsSec - shiftSec - (before[position]?.ptsSec ?? Number.NaN))).toBeLessThan(0.0012)
      }
      // Other containers hold the same frames in another form.
      if (/\.(mp4|webm)$/.test(name)) expect(after.map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash))
    }
  })
})

describe('encoded tracks', () => {
  it.each(Object.entries(OLD))(
    'show every picture at its own time and begin segments at the borders: %s',
    async (name, options) => {
      const source = await make(name, ...options)
      const { media, plan } = await opened(source, ENCODE_BOTH)
      await using _ = media
      const { pieces, error, formats } = await cutAll(media, plan)
      expect(error).toBeNull()
      expect(formats.map(({ codecs }) => codecs)).toEqual([expect.stringMatching(/^avc1\.6400/), 'mp4a.40.2'])
      const joined = await written(folder, `${name}.mp4`, bytesOf(pieces, 0))
      const [before, after] = await Promise.all([frameTimesOf(source, 0), frameTimesOf(joined)])
      const shiftSec = MEDIA_ORIGIN_SEC - plan.startSec
      expect(await sizeOf(joined)).toEqual([plan.tracks[0]?.width, plan.tracks[0]?.height])
      expect(after).toHaveLength(before.length)
      // The last picture of an AVI has no time of its own.
      const apart = after.map((sec, position) => Math.abs(sec - shiftSec - (before[position] ?? Number.NaN)))
      expect(Math.max(...apart.filter((sec) => !Number.isNaN(sec)))).toBeLessThan(0.0001)
      expect(spansOf(pieces, 0).map(({ index }) => index)).toEqual([0, 1, 2])
      for (const { index, startSec } of spansOf(pieces, 0)) {
        const first = before.map((sec) => sec - plan.startSec).find((sec) => sec > (plan.borders[index] ?? 0) - 0.0006)
        expect(startSec).toBeCloseTo(first ?? Number.NaN, 3)
        const segment = await written(folder, 'one.mp4', bytesOf(pieces, 0, ['init', index]))
        expect((await packetsOf(segment))[0]?.isKey).toBe(true)
      }
      const sound = await written(folder, `${name}.a.mp4`, bytesOf(pieces, 1))
      const packets = await packetsOf(sound)
      const grid = packets.map(
        ({ ptsSec }, position) => Math.round((ptsSec - (packets[0]?.ptsSec ?? 0)) * 48_000) - position * 1024,
      )
      expect(new Set(grid)).toEqual(new Set([0]))
    },
  )
})

describe('a cut that goes on', () => {
  it.each(['h264-aac.mp4', 'h264-ac3.mkv', 'vp9-opus.webm', 'h264-aac.ts'])(
    'gives the same bytes for copied tracks from any segment on: %s',
    async (name) => {
      const { media, plan } = await opened(await make(name, ...(SOURCES[name] ?? [])), COPY_BOTH)
      await using _ = media
      const whole = await cutAll(media, plan)
      for (const from of [
        [2, 2],
        [3, 1],
        [5, 6],
      ]) {
        const rest = await cutAll(media, plan, { from })
        expect(rest.error).toBeNull()
        expect(rest.formats.map(({ codecs }) => codecs)).toEqual(whole.formats.map(({ codecs }) => codecs))
        for (const track of [0, 1]) {
          const wanted = whole.pieces.filter(({ index }) => index !== 'init' && index >= (from[track] ?? 0))
          expect(spansOf(rest.pieces, track)).toEqual(spansOf(wanted, track))
          expect(sha256(bytesOf(rest.pieces, track))).toBe(sha256(bytesOf(wanted, track)))
        }
      }
    },
  )

  it.each(Object.keys(OLD))('joins encoded tracks without a gap: %s', async (name) => {
    const { media, plan } = await opened(await make(name, ...(OLD[name] ?? [])), ENCODE_BOTH)
    await using _ = media
    const whole = await cutAll(media, plan)
    const rest = await cutAll(media, plan, { from: [1, 2] })
    expect(rest.error).toBeNull()
    for (const track of [0, 1]) {
      const [at = 0] = [[1, 2][track]]
      const kept = whole.pieces.filter(({ index }) => index === 'init' || index < at)
      const joined = await written(folder, `${name}.joined.mp4`, bytesOf([...kept, ...rest.pieces], track))
      const once = await written(folder, `${name}.once.mp4`, bytesOf(whole.pieces, track))
      const [times, expected] = await Promise.all([frameTimesOf(joined), frameTimesOf(once)])
      // Matroska's milliseconds may give or take some samples, and with them the last frame of all.
      expect(Math.abs(times.length - expected.length)).toBeLessThanOrEqual(track)
      const common = Math.min(times.length, expected.length)
      expect(times.slice(0, common)).toEqual(expected.slice(0, common))
      expect(spansOf(rest.pieces, track).map(({ index, startSec }) => [index, startSec])).toEqual(
        spansOf(whole.pieces, track).flatMap(({ index, startSec }) => (index < at ? [] : [[index, startSec]])),
      )
      expect(await ffmpeg('-v', 'warning', '-i', joined, '-f', 'framemd5', '-')).not.toBe('')
    }
  })

  it('cuts nothing of tracks that are complete', async () => {
    const { media, plan } = await opened(await make('h264-ac3.mkv', ...(SOURCES['h264-ac3.mkv'] ?? [])), {
      tracks: [
        { streamIndex: 0, action: 'copy' },
        { streamIndex: 1, action: 'encode' },
      ],
    })
    await using _ = media
    const { pieces, error, formats } = await cutAll(media, plan, { from: plan.tracks.map(() => plan.borders.length) })
    expect(error).toBeNull()
    expect(pieces).toEqual([])
    expect(formats).toHaveLength(2)
  })
})
