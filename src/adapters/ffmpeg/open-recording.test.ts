import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CodingChangedError } from '#domain/errors.ts'
import { bytesOf, frameTimesOf, packetsOf, spansOf, testTool, written } from './cut.test-support.ts'
import { ffmpeg, H264, picture, type TestFolder, testFolder, tone } from './media.test-support.ts'
import { inARow, ScriptedRecording, segment, segmentsOf } from './recording.test-support.ts'
import { cutWhole } from './recording-cut.test-support.ts'

let folder: TestFolder
let tool: Awaited<ReturnType<typeof testTool>>
beforeAll(async () => {
  folder = await testFolder()
  tool = await testTool(folder)
})
afterAll(() => folder[Symbol.asyncDispose]())

const GROUPS = ['-g', '25', '-keyint_min', '25', '-sc_threshold', '0', '-bf', '2']
const AAC = ['-c:a', 'aac', '-b:a', '96k']
const BOTH = (seconds: number) => [...picture({ seconds }), ...tone({ seconds }), ...H264, ...GROUPS, ...AAC]
const MAIN = [{ id: 'main' }]

describe('a recording that is cut', () => {
  it.each(['mpegts', 'fmp4'] as const)('keeps every packet of %s, in time', async (form) => {
    const segments = await segmentsOf(folder, { options: BOTH(12), form })
    const recording = new ScriptedRecording(folder.path, segments, MAIN)
    const { cut, info } = await cutWhole(tool, recording)
    expect(info.streams.map(({ kind, codec }) => [kind, codec])).toEqual([
      ['video', 'h264'],
      ['audio', 'aac'],
    ])
    expect(cut.plan.borders).toEqual([0, 2, 6, 10])
    expect(spansOf(cut.pieces, 0).map(({ startSec }) => Math.round(startSec * 100) / 100)).toEqual([0, 2, 6, 10])
    const source = await joinedSource(segments, form)
    for (const [track, stream] of [0, 1].entries()) {
      const path = await written(folder, `cut-${form}-${track}.mp4`, bytesOf(cut.pieces, track))
      const ours = await packetsOf(path)
      const theirs = await packetsOf(source, stream)
      expect(ours.map(({ hash }) => hash)).toEqual(theirs.map(({ hash }) => hash))
      const zero = Math.min(...(await packetsOf(source, 0)).map(({ ptsSec }) => ptsSec))
      const drift = ours.map(({ ptsSec }, at) => Math.abs(ptsSec - 10 - ((theirs[at]?.ptsSec ?? 0) - zero)))
      expect(Math.max(...drift)).toBeLessThan(0.001)
    }
  })

  it('is cut while it grows: what is there is playable before the end', async () => {
    const segments = await segmentsOf(folder, { options: BOTH(12), form: 'mpegts' })
    const recording = new ScriptedRecording(folder.path, segments, MAIN)
    recording.arrived = 1
    const growing = setInterval(() => recording.arrived++, 250)
    /** By how many segments had come when it ended. */
    const ended = new Map<string, number>()
    await cutWhole(tool, recording, {
      seen: ({ track, index, ends }) => void (ends && ended.set(`${track} ${index}`, recording.arrived)),
    })
    clearInterval(growing)
    expect([...ended.keys()]).toEqual('0 init,1 init,0 0,1 0,0 1,1 1,0 2,1 2,0 3,1 3'.split(','))
    expect(segments.length).toBe(6)
    // A segment of two seconds ends with the first picture of the second, one of four with that of the fourth.
    expect(ended.get('1 0')).toBeLessThanOrEqual(3)
    expect(ended.get('1 1')).toBeLessThanOrEqual(5)
  })

  it('takes separate sound, tagged with its time, and subtitles', async () => {
    const main = await segmentsOf(folder, {
      options: [...picture({ seconds: 8 }), ...H264, ...GROUPS, '-output_ts_offset', '50'],
      form: 'mpegts',
    })
    const sound = await segmentsOf(folder, {
      options: [...tone({ seconds: 8 }), ...AAC, '-output_ts_offset', '50'],
      form: 'mpegts',
      rendition: 'a0',
    })
    const texts = await subtitleSegments({ zeroSec: 50 + 1.4, count: 4 })
    const renditions = [
      { id: 'main' },
      { id: 'a0', kind: 'audio' as const, name: 'Deutsch', language: 'de' },
      { id: 's0', kind: 'subtitles' as const, name: 'English', language: 'en' },
    ]
    const { cut, info } = await cutWhole(
      tool,
      new ScriptedRecording(folder.path, [...main, ...sound, ...texts], renditions),
    )
    expect(cut.error).toBe(null)
    expect(info.streams.map(({ kind, language, title }) => [kind, language, title])).toEqual([
      ['video', 'und', null],
      ['audio', 'de', 'Deutsch'],
    ])
    expect(spansOf(cut.pieces, 1).map(({ index }) => index)).toEqual(spansOf(cut.pieces, 0).map(({ index }) => index))
    const [subtitle] = cut.subtitles
    expect(new TextDecoder().decode(subtitle?.webvtt ?? new Uint8Array())).toBe(
      'WEBVTT\n\n00:00:00.500 --> 00:00:01.000\nfirst\n\n00:00:01.500 --> 00:00:04.500\nlong\n\n' +
        '00:00:06.500 --> 00:00:07.000\nlast\n\n',
    )
  })

  it('takes several init sections in one period', async () => {
    const parts = [
      await segmentsOf(folder, { options: [...BOTH(4), '-output_ts_offset', '10'], form: 'fmp4' }),
      await segmentsOf(folder, { options: [...BOTH(4), '-output_ts_offset', '14'], form: 'fmp4' }),
    ]
    const { cut } = await cutWhole(tool, new ScriptedRecording(folder.path, inARow(...parts), MAIN))
    expect(cut.error).toBe(null)
    const pictures = await packetsOf(await written(folder, 'maps.mp4', bytesOf(cut.pieces, 0)))
    const times = pictures.map(({ ptsSec }) => ptsSec).sort((one, other) => one - other)
    expect(times.length).toBe(200)
    expect(Math.max(...times.slice(1).map((sec, at) => Math.abs(sec - (times[at] ?? 0) - 0.04)))).toBeLessThan(0.001)
  })

  it('says when the picture changes its form, and carries it in MPEG-TS', async () => {
    const other = [...picture({ seconds: 4, size: '480x270' }), ...tone({ seconds: 4 }), ...H264, ...GROUPS, ...AAC]
    const parts = [
      await segmentsOf(folder, { options: BOTH(4), form: 'mpegts', period: 0 }),
      await segmentsOf(folder, { options: other, form: 'mpegts', period: 1 }),
    ]
    const recording = new ScriptedRecording(folder.path, inARow(...parts), MAIN)
    expect((await cutWhole(tool, recording)).cut.error).toBeInstanceOf(CodingChangedError)
    const { cut } = await cutWhole(tool, recording, { packaging: 'ts' })
    expect(cut.error).toBe(null)
    const path = await written(folder, 'changes.ts', bytesOf(cut.pieces, 0))
    expect((await frameTimesOf(path)).length).toBe(200)
  })

  it('cuts sound alone', async () => {
    const segments = await segmentsOf(folder, { options: [...tone({ seconds: 9 }), ...AAC], form: 'mpegts' })
    const { cut } = await cutWhole(tool, new ScriptedRecording(folder.path, segments, MAIN))
    expect(cut.error).toBe(null)
    expect(cut.plan.borders.map((sec) => Math.round(sec))).toEqual([0, 2, 6])
    const { durationSec = 0, startSec = 0 } = spansOf(cut.pieces, 0).at(-1) ?? {}
    expect(startSec + durationSec).toBeCloseTo(9, 0)
  })

  it('ends at once when it is aborted while it waits', async () => {
    const segments = await segmentsOf(folder, { options: BOTH(6), form: 'mpegts' })
    const recording = new ScriptedRecording(folder.path, segments, MAIN)
    recording.arrived = 2
    const ending = new AbortController()
    setTimeout(() => ending.abort(new Error('enough')), 800)
    const { cut } = await cutWhole(tool, recording, { signal: ending.signal })
    expect(cut.error).toMatchObject({ cause: { message: 'enough' } })
  })
})

/** The whole stream as one MP4, by ffmpeg alone. */
async function joinedSource(segments: readonly { file: string | null; init: string | null }[], form: string) {
  const files = [...(segments[0]?.init ? [segments[0].init] : []), ...segments.map(({ file }) => file ?? '')]
  const out = folder.file(`joined-${form}.mp4`)
  await ffmpeg(
    '-copyts',
    '-i',
    `concat:${files.map((file) => folder.file(file)).join('|')}`,
    '-map',
    '0',
    '-c',
    'copy',
    '-copyts',
    out,
  )
  return out
}

/** Segments of two seconds; a cue that lies over a border is told twice, in both parts of it. */
async function subtitleSegments({ zeroSec, count }: { zeroSec: number; count: number }) {
  const cues = [
    [0.5, 1, 'first'],
    [1.5, 4.5, 'long'],
    [6.5, 7, 'last'],
  ] as const
  return Promise.all(
    Array.from({ length: count }, async (_, position) => {
      const own = cues.filter(([start, end]) => start < position * 2 + 2 && end > position * 2)
      const map = `X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:${Math.round(zeroSec * 90_000)}`
      const blocks = own.map(
        ([start, end, text]) => `00:00:0${start.toFixed(3)} --> 00:00:0${end.toFixed(3)}\n${text}\n\n`,
      )
      await written(folder, `s0-${position}.vtt`, Buffer.from(`WEBVTT\n${map}\n\n${blocks.join('')}`))
      return segment({ rendition: 's0', position, period: 0, durationSec: 2, file: `s0-${position}.vtt` })
    }),
  )
}
