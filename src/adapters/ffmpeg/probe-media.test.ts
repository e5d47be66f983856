import { chmod, chown, writeFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { InvalidInputError } from '#domain/errors.ts'
import type { VideoStream } from '#domain/media-info.ts'
import { testTool } from './cut.test-support.ts'
import { ffmpeg, H264, picture, testFolder, tone } from './media.test-support.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const tool = await testTool(folder)

async function infoOf(name: string, ...options: readonly string[]) {
  const path = folder.file(name)
  if (options.length > 0) await ffmpeg(...options, path)
  await using media = await tool.open(path)
  return media.info
}

const videoOf = (info: Awaited<ReturnType<typeof infoOf>>) =>
  info.streams.find(({ kind }) => kind === 'video') as VideoStream
const SUBTITLES = '1\n00:00:00,500 --> 00:00:01,500\nHello\n'

describe('open', () => {
  it('tells languages, titles, flags, chapters', async () => {
    await writeFile(folder.file('s.srt'), SUBTITLES)
    const chapters =
      ';FFMETADATA1\ntitle=A film\u200b with\\\n a line break\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=First\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\n'
    await writeFile(folder.file('chapters.txt'), chapters)
    const inputs = [...picture({ seconds: 2 }), ...tone({ seconds: 2 }), ...tone({ seconds: 2, hz: 880 })]
    const texts = [
      '-i',
      folder.file('s.srt'),
      '-i',
      folder.file('s.srt'),
      '-f',
      'ffmetadata',
      '-i',
      folder.file('chapters.txt'),
    ]
    const labels = [
      ...['-metadata:s:a:0', 'language=ger', '-metadata:s:a:1', 'language=fre', '-metadata:s:a:1', 'title=Commentary'],
      ...['-metadata:s:s:0', 'language=eng', '-disposition:s:0', 'forced', '-metadata:s:s:1', 'language=pt-BR'],
      ...['-disposition:s:1', 'hearing_impaired', '-disposition:a:1', '0', '-disposition:a:0', 'default'],
    ]
    const maps = ['-map', '0', '-map', '1', '-map', '2', '-map', '3', '-map', '4', '-map_metadata', '5']
    const info = await infoOf(
      'labels.mkv',
      ...inputs,
      ...texts,
      ...maps,
      ...H264,
      '-c:a',
      'ac3',
      '-c:s',
      'srt',
      ...labels,
    )
    expect(info).toMatchObject({ container: 'matroska', title: 'A film with a line break' })
    expect(info.durationSec).toBeCloseTo(2, 1)
    expect(info.chapters).toEqual([
      { startSec: 0, endSec: 1, title: 'First' },
      { startSec: 1, endSec: expect.closeTo(2, 1), title: 'Chapter 2' },
    ])
    expect(info.streams.map(({ kind, codec, language, title }) => [kind, codec, language, title])).toEqual([
      ['video', 'h264', 'und', null],
      ['audio', 'ac3', 'de', null],
      ['audio', 'ac3', 'fr', 'Commentary'],
      ['subtitles', 'subrip', 'en', null],
      ['subtitles', 'subrip', 'pt-BR', null],
    ])
    expect(info.streams[1]).toMatchObject({ isDefault: true, channels: 1, sampleRate: 48_000 })
    expect(info.streams[3]).toMatchObject({ forced: true, hearingImpaired: false, form: 'text' })
    expect(info.streams[4]).toMatchObject({ forced: false, hearingImpaired: true })
  })

  it('tells the size as shown: turned, and in square pixels', async () => {
    await ffmpeg(...picture({ seconds: 1 }), ...H264, folder.file('flat.mp4'))
    await ffmpeg(
      '-display_rotation',
      '90',
      '-i',
      folder.file('flat.mp4'),
      '-c',
      'copy',
      folder.file('turned.mp4'),
    ).catch(() =>
      // Before ffmpeg 6 a tag does it.
      ffmpeg('-i', folder.file('flat.mp4'), '-c', 'copy', '-metadata:s:v', 'rotate=90', folder.file('turned.mp4')),
    )
    expect(videoOf(await infoOf('turned.mp4'))).toMatchObject({ rotation: 270, width: 180, height: 320 })
    const wide = await infoOf('wide.mp4', ...picture({ seconds: 1 }), '-vf', 'setsar=4/3', ...H264)
    expect(videoOf(wide)).toMatchObject({ rotation: 0, width: 427, height: 180 })
  })

  it.each([
    ['HLG', ['-color_trc', 'arib-std-b67', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc']],
    ['PQ', ['-color_trc', 'smpte2084', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc']],
    ['SDR', []],
  ])('tells the video range: %s', async (videoRange, color) => {
    const info = await infoOf(`${videoRange}.mp4`, ...picture({ seconds: 1 }), ...H264, ...color)
    expect(videoOf(info)).toMatchObject({ videoRange, pixelFormat: 'yuv420p', interlaced: false, frameRate: 25 })
  })

  it('tells interlaced video and cover art', async () => {
    const interlaced = await infoOf(
      'i.ts',
      ...picture({ seconds: 1 }),
      '-c:v',
      'mpeg2video',
      '-flags',
      '+ildct+ilme',
      '-top',
      '1',
    )
    expect(videoOf(interlaced).interlaced).toBe(true)
    await ffmpeg(...picture({ seconds: 1 }), '-frames:v', '1', folder.file('cover.png'))
    const cover = [
      '-i',
      folder.file('cover.png'),
      '-map',
      '1',
      '-map',
      '0',
      '-c:a',
      'aac',
      '-c:v',
      'copy',
      '-disposition:v',
      'attached_pic',
    ]
    const song = await infoOf('song.m4a', ...tone({ seconds: 1 }), ...cover)
    expect(song.streams.map((stream) => [stream.kind, stream.kind === 'video' && stream.isCover])).toEqual(
      expect.arrayContaining([
        ['video', true],
        ['audio', false],
      ]),
    )
  })

  it.each([
    ['song.mp3', ['-c:a', 'libmp3lame'], 'mp3'],
    ['song.flac', ['-c:a', 'flac'], 'flac'],
    ['song.wav', ['-c:a', 'pcm_s16le'], 'wav'],
    ['song.aac', ['-c:a', 'aac'], 'aac'],
    ['song.ogg', ['-c:a', 'libvorbis'], 'ogg'],
    ['song.opus', ['-c:a', 'libopus'], 'ogg'],
    ['song.m4a', ['-c:a', 'alac'], 'mov'],
    ['song.wma', ['-c:a', 'wmav2'], 'asf'],
  ])('takes sound without pictures: %s', async (name, codec, container) => {
    const info = await infoOf(name, ...tone({ seconds: 2 }), ...codec)
    expect(info.container).toBe(container)
    expect(info.durationSec).toBeGreaterThan(1.9)
    expect(info.durationSec).toBeLessThan(2.2)
  })

  it('says that a path is no file', async () => {
    await expect(tool.open(folder.file('nowhere.mp4'))).rejects.toBeInstanceOf(InvalidInputError)
    await expect(tool.open(folder.path)).rejects.toBeInstanceOf(InvalidInputError)
  })

  it('gives up when it is called off', async () => {
    await expect(tool.open(folder.file('flat.mp4'), AbortSignal.abort(new Error('called off')))).rejects.toThrow(
      'called off',
    )
  })
})

/** The list of decoders, one file for each that this machine can make. */
const CODECS: readonly (readonly [file: string, options: readonly string[]])[] = [
  ['msmpeg4.avi', ['-c:v', 'msmpeg4']],
  ['msmpeg4v2.avi', ['-c:v', 'msmpeg4v2']],
  ['h263.3gp', ['-vf', 'scale=176:144', '-c:v', 'h263', '-an']],
  ['flv1.flv', ['-c:v', 'flv', '-an']],
  ['wmv1.wmv', ['-c:v', 'wmv1', '-c:a', 'wmav1']],
  ['wmv2.wmv', ['-c:v', 'wmv2', '-c:a', 'wmav2']],
  ['theora.ogv', ['-c:v', 'libtheora', '-c:a', 'libvorbis']],
  ['mjpeg.avi', ['-c:v', 'mjpeg', '-c:a', 'adpcm_ms']],
  ['png.mov', ['-c:v', 'png', '-c:a', 'adpcm_ima_qt']],
  ['prores.mov', ['-c:v', 'prores', '-c:a', 'pcm_s24le']],
  [
    'dnxhd.mov',
    ['-vf', 'scale=1280:720', '-c:v', 'dnxhd', '-profile:v', 'dnxhr_lb', '-pix_fmt', 'yuv422p', '-c:a', 'pcm_s16be'],
  ],
  ['dv.avi', ['-vf', 'scale=720:576', '-pix_fmt', 'yuv420p', '-c:v', 'dvvideo', '-c:a', 'pcm_s16le']],
  ['ffv1.mkv', ['-c:v', 'ffv1', '-c:a', 'flac']],
  ['huffyuv.avi', ['-c:v', 'huffyuv', '-c:a', 'adpcm_ima_wav']],
  ['mpeg1.mpg', ['-c:v', 'mpeg1video', '-c:a', 'mp2']],
  ['vp8.webm', ['-c:v', 'libvpx', '-c:a', 'libvorbis']],
  ['truehd.mkv', ['-c:v', 'libx264', '-c:a', 'truehd', '-strict', '-2']],
  ['eac3.mkv', ['-c:v', 'libx264', '-c:a', 'eac3']],
  ['alac.mov', ['-c:v', 'libx264', '-c:a', 'alac']],
  ['alaw.mov', ['-c:v', 'libx264', '-c:a', 'pcm_alaw']],
  ['f32.mkv', ['-c:v', 'libx264', '-c:a', 'pcm_f32le']],
]

it.each(CODECS)('opens what people have: %s', async (name, options) => {
  const info = await infoOf(name, ...picture({ seconds: 1 }), ...tone({ seconds: 1 }), ...options)
  expect(videoOf(info).width).toBeGreaterThan(0)
})

it.runIf(process.getuid?.() === 0)('opens a file that only root may read', async () => {
  const path = folder.file('private.mp4')
  await ffmpeg(...picture({ seconds: 1 }), ...H264, path)
  await chown(path, 65_534, 65_534)
  await chmod(path, 0o600)
  expect(videoOf(await infoOf('private.mp4')).codec).toBe('h264')
})
