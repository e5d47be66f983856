import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CutEvent, OpenRecording } from '#domain/media-tool.ts'
import type { IngestPlan, SubtitlePlan, TrackPlan } from '#domain/ingest-plan.ts'
import type { MediaInfo, MediaStream } from '#domain/media-info.ts'
import { bytesOf, type Cut, packetsOf, sha256, spansOf, testTool, written } from './cut.test-support.ts'
import { ffmpeg, H264, picture, type TestFolder, testFolder, tone } from './media.test-support.ts'
import { inARow, ScriptedRecording, segmentsOf } from './recording.test-support.ts'

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
const SETTINGS = { segmentSec: 4, firstSegmentSec: 2 }

describe('a recording that is cut', () => {
  it.each(['mpegts', 'fmp4'] as const)('keeps every packet of %s, in time', async (form) => {
    const segments = await segmentsOf(folder, { options: BOTH(12), form })
    const recording = new ScriptedRecording(folder.path, segments, MAIN)
    const { cut, info } = await cutWhole(recording)
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

interface RecordedCut {
  readonly cut: Cut
  readonly info: MediaInfo
  readonly events: readonly CutEvent[]
}

async function cutWhole(
  recording: ScriptedRecording,
  {
    from,
    signal = new AbortController().signal,
    packaging = 'fmp4' as const,
  }: { from?: number[]; signal?: AbortSignal; packaging?: 'fmp4' | 'ts' } = {},
): Promise<RecordedCut> {
  await using open = await tool.openRecording(recording, signal)
  const plan = { ...planFor(open), packaging }
  const events: CutEvent[] = []
  const borders = [0]
  let error: unknown = null
  try {
    const options = { ...SETTINGS, from: from ?? plan.tracks.map(() => 0), subtitles: ['s0'], signal }
    for await (const event of open.cut(plan, options)) {
      events.push(event)
      if (event.kind === 'border') borders.push(event.startSec)
    }
  } catch (thrown) {
    error = thrown
  }
  const pieces = events.flatMap((event) => (event.kind === 'piece' ? [event.piece] : []))
  const subtitles = events.flatMap((event) => (event.kind === 'subtitle' ? [event.subtitle] : []))
  const formats = events.flatMap((event) => (event.kind === 'formats' ? event.formats : []))
  return { cut: { plan: { ...plan, borders }, formats, pieces, subtitles, error }, info: open.info, events }
}

function planFor({ info, head }: OpenRecording): IngestPlan {
  const subtitles = head.renditions.filter(({ kind }) => kind === 'subtitles').map(subtitlePlan)
  return {
    startSec: 0,
    durationSec: 0,
    targetDurationSec: 10,
    borders: [0],
    packaging: 'fmp4',
    tracks: info.streams.flatMap(trackPlans),
    subtitles,
    reencode: [],
    notes: [],
  }
}

function subtitlePlan(_: unknown, number: number): SubtitlePlan {
  const labels = { language: 'en', title: null, isDefault: false, forced: false, hearingImpaired: false }
  return { name: `s${number}`, streamIndex: number, codec: 'webvtt', form: 'text', ...labels }
}

function trackPlans(stream: MediaStream): TrackPlan[] {
  if (stream.kind === 'subtitles') return []
  const isVideo = stream.kind === 'video'
  const track: TrackPlan = {
    name: `t${stream.index}`,
    kind: stream.kind,
    streamIndex: stream.index,
    action: 'copy',
    reason: '',
    codec: stream.codec,
    bandwidth: 128_000,
    averageBandwidth: 96_000,
    language: stream.language,
    title: null,
    isDefault: false,
    forced: false,
    hearingImpaired: false,
    width: isVideo ? stream.width : null,
    height: isVideo ? stream.height : null,
    frameRate: isVideo ? stream.frameRate : null,
    videoRange: isVideo ? stream.videoRange : null,
    channels: isVideo ? null : Math.min(2, stream.channels),
    sampleRate: isVideo ? null : stream.sampleRate,
  }
  return stream.codec === 'ac3' ? [{ ...track, action: 'encode', codec: 'aac' }, track] : [track]
}
