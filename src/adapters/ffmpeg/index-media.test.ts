import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { findFfmpegTools } from './ffmpeg-tools.ts'
import { PacketGrouper } from './group-packets.ts'
import { indexMedia } from './index-media.ts'
import { ffmpeg, H264, picture, testFolder, tone } from './media.test-support.ts'
import { openContainer } from './open-container.ts'
import { probeMedia } from './probe-media.ts'
import { openRandomAccess } from './random-access-file.ts'
import { scanPackets } from './scan-packets.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const tools = await findFfmpegTools({})
const both = [...picture({ seconds: 6 }), ...tone({ seconds: 6 })]
const OPEN_GOPS = [
  '-g',
  '25',
  '-preset',
  'veryfast',
  '-bf',
  '3',
  '-flags',
  '-cgop',
  '-x264-params',
  'open-gop=1',
  '-c:a',
  'aac',
]
const GOPS = ['-g', '25', '-bf', '2', '-sc_threshold', '0', '-c:a', 'aac']

async function indexed(name: string, ...options: readonly string[]) {
  const path = folder.file(name)
  await ffmpeg(...options, path)
  return indexOf(path)
}

async function indexOf(path: string) {
  const media = await probeMedia(tools, path)
  await using file = await openRandomAccess(path)
  return {
    media,
    index: await indexMedia({ tools, media, file, container: await openContainer(file, media.file.family) }),
  }
}

describe('the index of a film', () => {
  it.each([
    ['b.mp4', 'container', []],
    ['fragmented.mp4', 'container', ['-movflags', '+frag_keyframe+empty_moov']],
    ['b.mov', 'container', []],
    ['b.mkv', 'container', []],
    ['no-cues.mkv', 'packets', ['-f', 'matroska', '-live', '1']],
    ['b.ts', 'packets', []],
    ['b.flv', 'packets', []],
    ['b.avi', 'packets', []],
  ] as const)('is what a scan of all packets gives: %s', async (name, origin, options) => {
    const { media, index } = await indexed(name, ...both, ...H264, ...GOPS, ...options)
    const grouper = new PacketGrouper()
    const { byteLength } = media.info
    await scanPackets(tools, media.file, { streamIndex: 0, byteLength }, (packet) => grouper.add(packet))
    const scanned = grouper.finish()
    expect(index.origin).toBe(origin)
    expect(index.gops.map(({ closed }) => closed)).toEqual(scanned?.gops.map(({ closed }) => closed))
    expect(index.gops).toHaveLength(6)
    for (const [position, gop] of index.gops.entries()) {
      expect(gop.startSec).toBeCloseTo(scanned?.gops[position]?.startSec ?? Number.NaN, 3)
      const bytes = scanned?.gops[position]?.byteLength ?? Number.NaN
      expect(gop.byteLength / bytes).toBeGreaterThan(0.8)
      expect(gop.byteLength / bytes).toBeLessThan(1.2)
    }
    expect(index.startSec).toBeCloseTo(scanned?.startSec ?? Number.NaN, 3)
    expect(index.endSec).toBeCloseTo(scanned?.endSec ?? Number.NaN, 1)
  })

  it.each(['open.mp4', 'open.mkv', 'open.ts'])('lets an IDR alone close groups of pictures: %s', async (name) => {
    const { index } = await indexed(name, ...both, ...H264, ...OPEN_GOPS, '-force_key_frames', '3', '-forced-idr', '1')
    const closed = index.gops.filter((gop) => gop.closed).map(({ startSec }) => Math.round(startSec - index.startSec))
    expect(closed).toEqual([0, 3])
    expect(index.gops.length).toBeGreaterThan(4)
  })

  it.each([
    ['h264', [...H264, ...GOPS]],
    ['mpeg2', ['-c:v', 'mpeg2video', '-c:a', 'mp2']],
  ] as const)(
    'refuses recordings that were put one behind another, and says what mends them: %s',
    async (name, codec) => {
      const [two, mended] = [folder.file(`${name}-twice.ts`), folder.file(`${name}-mended.mkv`)]
      await ffmpeg(...both, ...codec, folder.file(`${name}.ts`))
      const bytes = await readFile(folder.file(`${name}.ts`))
      await writeFile(two, Buffer.concat([bytes, bytes]))
      await expect(indexOf(two)).rejects.toMatchObject({
        code: 'media-refused',
        fix: expect.stringContaining('-c copy'),
      })
      await ffmpeg('-i', two, '-map', '0:v:0', '-map', '0:a?', '-c', 'copy', mended)
      const { index } = await indexOf(mended)
      expect(index.endSec - index.startSec).toBeCloseTo(12, 0)
    },
  )

  it('is not made for video that is encoded anyway', async () => {
    const { index } = await indexed('m2.ts', ...both, '-c:v', 'mpeg2video', '-c:a', 'mp2')
    expect(index).toMatchObject({ origin: 'none', gops: [] })
    expect(index.endSec - index.startSec).toBeCloseTo(6, 1)
  })

  it.each([
    ['song.mp3', ['-c:a', 'libmp3lame', '-write_xing', '0']],
    ['song.aac', ['-c:a', 'aac']],
    ['song.m4a', ['-c:a', 'aac']],
    ['song.flac', ['-c:a', 'flac']],
    ['song.mka', ['-c:a', 'libopus']],
  ])('of sound alone says from when to when: %s', async (name, codec) => {
    const { index } = await indexed(name, ...tone({ seconds: 6 }), ...codec)
    expect(index).toMatchObject({ origin: 'none', gops: [] })
    expect(Math.abs(index.startSec)).toBeLessThan(0.06)
    expect(Math.abs(index.endSec - 6)).toBeLessThan(0.1)
  })
})
