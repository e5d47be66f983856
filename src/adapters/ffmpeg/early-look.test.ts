import { afterAll, describe, expect, it } from 'vitest'
import { keyFrameIndexOf } from '#lib/containers/matroska/key-frame-index-of.ts'
import { describeStreams } from './describe-streams.ts'
import { lookEarly } from './early-look.ts'
import { findFfmpegTools } from './ffmpeg-tools.ts'
import { indexMedia } from './index-media.ts'
import { ffmpeg, H264, picture, testFolder, tone } from './media.test-support.ts'
import { openContainer } from './open-container.ts'
import { probeMedia } from './probe-media.ts'
import { openRandomAccess } from './random-access-file.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const tools = await findFfmpegTools({})
const both = [...picture({ seconds: 4 }), ...tone({ seconds: 4 })]

async function film(name: string, ...options: readonly string[]) {
  const path = folder.file(name)
  await ffmpeg(...both, ...options, path)
  const media = await probeMedia(tools, path)
  const file = await openRandomAccess(path)
  const container = await openContainer(file, media.file.family)
  return { media, file, container, [Symbol.asyncDispose]: () => file[Symbol.asyncDispose]() }
}

const { signal } = new AbortController()

describe('the early look at a Matroska file', () => {
  it('describes every track as a run of ffmpeg that is asked for it alone', async () => {
    const sounds = ['-map', '0', '-map', '1', '-map', '1', '-c:a:0', 'ac3', '-c:a:1', 'aac']
    await using one = await film('three.mkv', ...sounds, ...H264)
    const early = lookEarly(tools, one.media.file, one.file, one.container, signal)
    const found = (await early?.headers.found) ?? []
    expect(found.map(([{ streamIndex }]) => streamIndex)).toEqual([0, 1, 2])
    for (const [asked, track] of found) {
      expect(await describeStreams(tools, one.media.file, [asked], signal)).toEqual([track])
    }
  })

  it('finds the key frames of the only video track, which the index takes over', async () => {
    await using one = await film('index.mkv', ...H264, '-g', '25', '-c:a', 'aac')
    if (one.container.kind !== 'matroska') throw new Error('no Matroska')
    const early = lookEarly(tools, one.media.file, one.file, one.container, signal)
    expect(await early?.keyFrames?.result).toEqual(await keyFrameIndexOf(one.container.mkv, one.file))
    const sources = { tools, ...one }
    expect(await indexMedia({ ...sources, early })).toEqual(await indexMedia(sources))
    // One that was made for another track is not taken.
    const other = { ...early, keyFrames: { trackNumber: 2, result: Promise.reject(new Error('of another track')) } }
    other.keyFrames.result.catch(() => {})
    expect(await indexMedia({ ...sources, early: other as typeof early })).toEqual(await indexMedia(sources))
  })

  it('is not cast at what our reader does not read, nor at files of other kinds', async () => {
    await using mpeg4 = await film('mpeg4.mkv', '-c:v', 'mpeg4', '-c:a', 'vorbis', '-strict', '-2', '-ac', '2')
    expect(lookEarly(tools, mpeg4.media.file, mpeg4.file, mpeg4.container, signal)).toBeNull()
    await using mp4 = await film('h264.mp4', ...H264)
    expect(lookEarly(tools, mp4.media.file, mp4.file, mp4.container, signal)).toBeNull()
  })

  it('ends with what it could not find when it is called off', async () => {
    await using one = await film('called-off.mkv', ...H264, '-c:a', 'aac')
    const closing = new AbortController()
    const early = lookEarly(tools, one.media.file, one.file, one.container, closing.signal)
    closing.abort()
    expect(await early?.headers.found).toEqual([])
  })
})
