import { writeFile } from 'node:fs/promises'
import { afterAll, expect, it } from 'vitest'
import { testTool } from './cut.test-support.ts'
import { ffmpeg, ffprobe, H264, picture, testFolder, tone } from './media.test-support.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const tool = await testTool(folder)

async function posterOf(name: string, atSec: number, ...options: readonly string[]) {
  await ffmpeg(...options, folder.file(name))
  await using media = await tool.open(folder.file(name))
  const jpeg = await media.poster(atSec)
  if (jpeg === null) return null
  const path = folder.file(`${name}.jpg`)
  await writeFile(path, jpeg)
  const [codec, width, height] = (
    await ffprobe('-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', path)
  )
    .trim()
    .split(',')
  const gray = await ffmpeg('-i', path, '-vf', 'scale=1:1,format=gray', '-f', 'framecrc', '-')
  return { codec, width: Number(width), height: Number(height), gray }
}

const colors = (first: string, second: string) => [
  ...[
    '-f',
    'lavfi',
    '-i',
    `color=${first}:s=1280x720:r=25:d=4`,
    '-f',
    'lavfi',
    '-i',
    `color=${second}:s=1280x720:r=25:d=4`,
  ],
  ...['-filter_complex', '[0][1]concat=n=2:v=1:a=0', ...H264, '-g', '25'],
]

it('is a JPEG of 640 pixels width', async () => {
  expect(await posterOf('large.mp4', 2, ...picture({ seconds: 4, size: '1280x720' }), ...H264)).toMatchObject({
    codec: 'mjpeg',
    width: 640,
    height: 360,
  })
})

it('is no larger than the film', async () => {
  expect(await posterOf('small.mkv', 2, ...picture({ seconds: 4 }), ...H264)).toMatchObject({ width: 320, height: 180 })
})

it('comes from near the time that was asked for', async () => {
  const early = await posterOf('early.mp4', 1, ...colors('white', 'gray'))
  const late = await posterOf('late.mp4', 6, ...colors('white', 'gray'))
  const white = await posterOf('white.mp4', 0, ...colors('white', 'white'))
  expect(early?.gray).toBe(white?.gray)
  expect(late?.gray).not.toBe(white?.gray)
})

it('passes over black pictures, and takes one when there is nothing else', async () => {
  const bright = await posterOf('bright.mp4', 1, ...colors('black', 'white'))
  const white = await posterOf('white.mp4', 0, ...colors('white', 'white'))
  expect(bright?.gray).toBe(white?.gray)
  expect(await posterOf('black.mp4', 1, ...colors('black', 'black'))).not.toBeNull()
})

it('comes from the beginning when the film is shorter, and from a film with a start time', async () => {
  expect(
    await posterOf('short.ts', 1000, ...picture({ seconds: 1 }), ...H264, '-output_ts_offset', '500'),
  ).not.toBeNull()
})

it('is turned as the film is shown', async () => {
  await ffmpeg(...picture({ seconds: 1, size: '640x360' }), ...H264, folder.file('flat.mp4'))
  const turned = await posterOf(
    'turned.mp4',
    0,
    '-i',
    folder.file('flat.mp4'),
    '-c',
    'copy',
    '-metadata:s:v',
    'rotate=90',
  )
  expect(turned).toMatchObject({ width: 360, height: 640 })
})

it('is the cover of a song, and nothing where there is none', async () => {
  await ffmpeg(...picture({ seconds: 1, size: '600x600' }), '-frames:v', '1', folder.file('cover.png'))
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
  expect(await posterOf('song.m4a', 0, ...tone({ seconds: 1 }), ...cover)).toMatchObject({ width: 600, height: 600 })
  expect(await posterOf('plain.m4a', 0, ...tone({ seconds: 1 }), '-c:a', 'aac')).toBeNull()
})
