import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packetsOf, testTool, written } from './cut.test-support.ts'
import { beepTimes, flashes, flashTimes } from './flashes.test-support.ts'
import { ffmpeg, ffprobe, type TestFolder, testFolder, tone } from './media.test-support.ts'
import { inARow, ScriptedRecording, segment, segmentsOf } from './recording.test-support.ts'

let folder: TestFolder
let tool: Awaited<ReturnType<typeof testTool>>
beforeAll(async () => {
  folder = await testFolder()
  tool = await testTool(folder)
})
afterAll(() => folder[Symbol.asyncDispose]())

const SIGNAL = new AbortController().signal

describe('repacking a recording', () => {
  it.each(['mp4', 'mkv'] as const)('keeps picture, sound and subtitles in time over periods: %s', async (container) => {
    const parts = [
      await segmentsOf(folder, { options: flashes({ seconds: 6, startSec: 10 }), form: 'mpegts', period: 0 }),
      await segmentsOf(folder, { options: flashes({ seconds: 5, startSec: 300 }), form: 'mpegts', period: 1 }),
    ]
    const path = folder.file(`whole.${container}`)
    const { notes } = await repacked([...inARow(...parts), ...(await subtitles(container))], { container, path })
    expect(notes).toEqual([])
    const [seen, heard] = [await flashTimes(path), await beepTimes(path)]
    expect(seen.length).toBe(11)
    expect(Math.max(...seen.map((sec, at) => Math.abs(sec - (seen[0] ?? 0) - at)))).toBeLessThan(0.005)
    expect(Math.max(...seen.map((sec, at) => Math.abs(sec - (heard[at] ?? 0))))).toBeLessThan(0.04)
    const { streams } = JSON.parse(await ffprobe('-show_streams', '-of', 'json', path))
    expect(streams.map((one: { codec_name: string }) => one.codec_name)).toEqual([
      'h264',
      'aac',
      container === 'mp4' ? 'mov_text' : 'subrip',
    ])
    expect(streams[2].tags.language).toMatch(/^(de|deu|ger)$/)
    // One in each period, half a second behind a flash.
    const cues = await ffmpeg('-i', path, '-map', '0:s', '-f', 'webvtt', '-')
    const starts = [...cues.matchAll(/(\d\d):(\d\d\.\d+) -->/g)].map(
      ([, minutes, sec]) => Number(minutes) * 60 + Number(sec),
    )
    expect(starts.map((sec) => Math.round((sec - (seen[0] ?? 0)) * 10) / 10)).toEqual([1.5, 8.5])
  })

  it('writes its subtitles as files of their own, in time over periods', async () => {
    const parts = [
      await segmentsOf(folder, { options: flashes({ seconds: 6, startSec: 10 }), form: 'mpegts', period: 0 }),
      await segmentsOf(folder, { options: flashes({ seconds: 5, startSec: 300 }), form: 'mpegts', period: 1 }),
    ]
    const texts = ['s0', 's1'].map((id) => ({ id, kind: 'subtitles' as const, name: id, language: 'de' }))
    const segments = [...inARow(...parts), ...(await subtitles('beside'))]
    const recording = new ScriptedRecording(folder.path, segments, [{ id: 'main' }, ...texts])
    await using open = await tool.openRecording(recording, SIGNAL)
    const path = folder.file('beside.de.vtt')
    // There is nothing of s1.
    expect((await open.writeTexts(() => path, SIGNAL)).map(({ id }) => id)).toEqual(['s0'])
    const starts = [...(await readFile(path, 'utf8')).matchAll(/00:00:(\d\d\.\d+) -->/g)].map(([, sec]) => Number(sec))
    expect(starts.map((sec) => Math.round(sec * 10) / 10)).toEqual([1.5, 8.5])
  })

  it.each(['mp4', 'mkv'] as const)('copies every packet: %s', async (container) => {
    const segments = await segmentsOf(folder, { options: flashes({ seconds: 6, startSec: 5 }), form: 'fmp4' })
    const path = folder.file(`packets.${container}`)
    await repacked(segments, { container, path })
    const files = [segments[0]?.init ?? '', ...segments.map(({ file }) => file ?? '')].map((file) => folder.file(file))
    const source = folder.file(`packets-source.${container}`)
    await ffmpeg('-i', `concat:${files.join('|')}`, '-map', '0', '-c', 'copy', source)
    for (const stream of [0, 1]) {
      expect(await hashesOf(path, stream)).toEqual(await hashesOf(source, stream))
    }
  })

  it('joins what players do not take as it is', async () => {
    const old = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=6', ...tone({ seconds: 6 })]
    const options = [...old, '-c:v', 'mpeg2video', '-g', '25', '-c:a', 'mp2', '-map', '0', '-map', '1']
    const segments = await segmentsOf(folder, { options, form: 'mpegts' })
    const path = folder.file('old.mkv')
    await repacked(segments, { container: 'mkv', path })
    expect((await packetsOf(path, 0)).length).toBe(150)
    await using open = await tool.open(path)
    expect(open.info.streams.map(({ codec }) => codec)).toEqual(['mpeg2video', 'mp2'])
  })
})

/** Of all packets, also those that an edit list takes out of the presentation. */
async function hashesOf(path: string, stream: number): Promise<string> {
  const all = path.endsWith('.mp4') ? ['-ignore_editlist', '1'] : []
  const entries = ['-show_entries', 'packet=data_hash', '-show_data_hash', 'sha256', '-of', 'csv']
  return ffprobe(...all, '-select_streams', String(stream), ...entries, path)
}

async function repacked(
  segments: ConstructorParameters<typeof ScriptedRecording>[1],
  { container, path }: { container: 'mp4' | 'mkv'; path: string },
) {
  const text = { id: 's0', kind: 'subtitles' as const, name: 'Deutsch', language: 'de' }
  const renditions = segments.some(({ rendition }) => rendition === 's0') ? [{ id: 'main' }, text] : [{ id: 'main' }]
  await using open = await tool.openRecording(new ScriptedRecording(folder.path, segments, renditions), SIGNAL)
  return await open.repack(container, path, SIGNAL)
}

/** A cue in each of two periods of six and five seconds whose pictures begin at 11.4 s and 301.4 s of the media. */
async function subtitles(name: string) {
  const one = async (position: number, mediaSec: number, at: number) => {
    const map = `X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:${Math.round(mediaSec * 90_000)}`
    const cue = `00:00:0${at.toFixed(3)} --> 00:00:0${(at + 0.4).toFixed(3)}\nhere\n\n`
    const file = `${name}-${position}.vtt`
    await written(folder, file, Buffer.from(`WEBVTT\n${map}\n\n${cue}`))
    return segment({ rendition: 's0', position, period: position, durationSec: 6, file })
  }
  return [await one(0, 11.4, 1.5), await one(1, 301.4, 2.5)]
}
