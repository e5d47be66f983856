import { writeFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import type { ExtractedSubtitle } from '#domain/media-tool.ts'
import { cutAll, planOf, testTool } from './cut.test-support.ts'
import { pgsSubtitle } from './pgs.test-support.ts'
import { ffmpeg, ffprobe, H264, picture, testFolder, tone } from './media.test-support.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const tool = await testTool(folder)

const SRT =
  '1\n00:00:01,000 --> 00:00:02,500\nHello <i>there</i>\n\n2\n00:00:03,250 --> 00:00:04,000\nZwei Zeilen\näöü €\n'
const srt = folder.file('s.srt')
await writeFile(srt, SRT)

async function subtitlesOf(name: string, copied: boolean, from: number, ...options: readonly string[]) {
  await ffmpeg(...picture({ seconds: 5 }), ...tone({ seconds: 5 }), ...options, folder.file(name))
  await using media = await tool.open(folder.file(name))
  const action = copied ? 'copy' : 'encode'
  const plan = planOf(media.info, await media.index(), {
    borders: [0],
    tracks: [
      { streamIndex: 0, action },
      { streamIndex: 1, action },
    ],
  })
  const cut = await cutAll(media, plan, { from: [from, from] })
  expect(cut.error).toBeNull()
  return { cut, subtitles: cut.subtitles }
}

const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('utf8')
const timesIn = (subtitle: ExtractedSubtitle | undefined) => text(subtitle?.webvtt).match(/[\d:.]+ --> [\d:.]+/g)

describe('text subtitles', () => {
  it.each([
    ['srt.mkv', 'srt', 'srt', true, 0],
    ['srt-encoded.mkv', 'srt', 'srt', false, 0],
    ['srt-resumed.mkv', 'srt', 'srt', false, 1],
    ['ass.mkv', 'ass', 'ass', true, 0],
    ['vtt.mkv', 'webvtt', 'vtt', true, 0],
    ['tx3g.mp4', 'mov_text', 'srt', true, 0],
  ] as const)('come as they were and as WebVTT at the same times: %s', async (name, codec, format, copied, from) => {
    const maps = ['-i', srt, '-map', '0', '-map', '1', '-map', '2', ...H264, '-c:a', 'aac', '-c:s', codec]
    const { subtitles } = await subtitlesOf(name, copied, from, ...maps)
    expect(subtitles).toHaveLength(1)
    expect(subtitles[0]).toMatchObject({ name: 's2', original: { format } })
    expect(text(subtitles[0]?.original.bytes)).toContain('äöü €')
    expect(text(subtitles[0]?.webvtt)).toMatch(/^WEBVTT\n/)
    expect(text(subtitles[0]?.webvtt)).toContain('Hello <i>there</i>')
    const cues = timesIn(subtitles[0])?.map((line) => line.replace(/(\d\d)\.(\d\d)\d/g, '$1.$2'))
    expect(cues).toEqual(['00:01.00 --> 00:02.50', '00:03.25 --> 00:04.00'])
  })

  it('have presentation times in a film that does not begin at zero', async () => {
    const maps = ['-i', srt, '-map', '0', '-map', '1', '-map', '2', ...H264, '-c:a', 'aac', '-c:s', 'srt']
    const { subtitles } = await subtitlesOf('offset.mkv', true, 0, ...maps, '-output_ts_offset', '100')
    expect(timesIn(subtitles[0])).toEqual(['00:01.000 --> 00:02.500', '00:03.250 --> 00:04.000'])
    expect(text(subtitles[0]?.original.bytes)).toContain('00:00:01,000 --> 00:00:02,500')
  })

  it('are given only when they are wanted', async () => {
    const { cut } = await subtitlesOf('none.mkv', true, 0, ...H264, '-c:a', 'aac')
    expect(cut.subtitles).toEqual([])
  })
})

describe('bitmap subtitles', () => {
  it.each([
    ['pgs.mkv', 'copy', 'sup', 'hdmv_pgs_subtitle'],
    ['dvd.mkv', 'dvdsub', 'mks', 'dvd_subtitle'],
    ['dvb.ts', 'dvbsub', 'mks', 'dvb_subtitle'],
  ])('are kept as they are: %s', async (name, encoder, format, codec) => {
    await writeFile(folder.file('bar.sup'), pgsSubtitle())
    // ffmpeg takes off where a file begins.
    const maps = ['-itsoffset', '1', '-i', folder.file('bar.sup'), '-map', '0', '-map', '1', '-map', '2']
    const { subtitles } = await subtitlesOf(name, true, 0, ...maps, ...H264, '-c:a', 'aac', '-c:s', encoder)
    expect(subtitles).toMatchObject([{ name: 's2', original: { format }, webvtt: null }])
    const kept = folder.file(`kept.${format}`)
    await writeFile(kept, subtitles[0]?.original.bytes ?? '')
    const [told, atSec] = (
      await ffprobe('-show_entries', 'stream=codec_name:packet=pts_time', '-of', 'default=nk=1:nw=1', kept)
    )
      .trim()
      .split('\n')
      .sort((one, other) => Number(/^[a-z]/.test(other)) - Number(/^[a-z]/.test(one)))
    expect(told).toBe(codec)
    expect(Number(atSec)).toBeCloseTo(1, 1)
  })
})
