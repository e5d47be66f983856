import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FfmpegTools, findFfmpegTools } from './ffmpeg-tools.ts'
import { joinTracks } from './join-tracks.ts'
import { ffmpeg, ffprobe, H264, picture, type TestFolder, testFolder, tone } from './media.test-support.ts'

let tools: FfmpegTools
let folder: TestFolder

beforeAll(async () => {
  tools = await findFfmpegTools({})
  folder = await testFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

async function startsOf(path: string): Promise<number[]> {
  const text = await ffprobe('-show_entries', 'stream=start_time', '-of', 'csv=p=0', path)
  return text.trim().split('\n').map(Number)
}

describe('picture and sound of two files', () => {
  it.each([
    ['mp4', 'm4a', [...H264], ['-c:a', 'aac']],
    ['ts', 'ts', [...H264], ['-c:a', 'aac']],
    ['webm', 'webm', ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'], ['-c:a', 'libopus']],
  ])('become one file with the same packets: %s and %s', async (video, audio, videoOptions, audioOptions) => {
    const [a, b, output] = [folder.file(`p.${video}`), folder.file(`s.${audio}`), folder.file(`joined-${video}.mkv`)]
    await ffmpeg(...picture({ seconds: 2 }), ...videoOptions, a)
    await ffmpeg(...tone({ seconds: 2 }), ...audioOptions, b)
    await joinTracks(tools, { picture: a, sound: b, output })
    // The first line: of MPEG-TS the programs are listed too.
    const packets = async (path: string, stream: string) => {
      const text = await ffprobe(
        '-select_streams',
        stream,
        '-count_packets',
        '-show_entries',
        'stream=codec_name,nb_read_packets',
        '-of',
        'csv=p=0',
        path,
      )
      return text.split('\n', 1)[0]
    }
    expect(await packets(output, 'v:0')).toBe(await packets(a, 'v:0'))
    expect(await packets(output, 'a:0')).toBe(await packets(b, 'a:0'))
  })

  it('stay in step when they do not begin together', async () => {
    const [a, b, output] = [folder.file('late.ts'), folder.file('early.ts'), folder.file('step.mkv')]
    await ffmpeg(...picture({ seconds: 2 }), ...H264, '-bf', '0', '-output_ts_offset', '10.5', '-muxdelay', '0', a)
    await ffmpeg(...tone({ seconds: 2 }), '-c:a', 'aac', '-output_ts_offset', '10', '-muxdelay', '0', b)
    const [[video = 0], [audio = 0]] = [await startsOf(a), await startsOf(b)]
    await joinTracks(tools, { picture: a, sound: b, output })
    const [joinedVideo = 0, joinedAudio = 0] = await startsOf(output)
    expect(joinedVideo - joinedAudio).toBeCloseTo(video - audio, 1)
    expect(video - audio).toBeGreaterThan(0.4)
  })

  it('are refused when one of them is not what it should be', async () => {
    const [a, b, output] = [folder.file('only.mp4'), folder.file('list.m4a'), folder.file('never.mkv')]
    await ffmpeg(...picture({ seconds: 1 }), ...H264, a)
    await writeFile(b, '#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n')
    await expect(joinTracks(tools, { picture: a, sound: b, output })).rejects.toMatchObject({ code: 'not-media' })
    await expect(joinTracks(tools, { picture: a, sound: a, output })).rejects.toMatchObject({ code: 'media-refused' })
  })
})
