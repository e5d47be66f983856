import type { IngestPlan, SubtitlePlan, TrackPlan } from '#domain/ingest-plan.ts'
import type { MediaInfo, MediaStream } from '#domain/media-info.ts'
import type { CutEvent, MediaTool, OpenRecording, SegmentPiece } from '#domain/media-tool.ts'
import type { Cut } from './cut.test-support.ts'
import type { ScriptedRecording } from './recording.test-support.ts'

const SETTINGS = { segmentSec: 4, firstSegmentSec: 2 }

interface RecordedCut {
  readonly cut: Cut
  readonly info: MediaInfo
  readonly events: readonly CutEvent[]
}

/** Cuts a recording to its end, as the ingest does. */
export async function cutWhole(
  tool: MediaTool,
  recording: ScriptedRecording,
  {
    from,
    signal = new AbortController().signal,
    packaging = 'fmp4' as const,
    seen = () => {},
  }: { from?: number[]; signal?: AbortSignal; packaging?: 'fmp4' | 'ts'; seen?(piece: SegmentPiece): void } = {},
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
      if (event.kind === 'piece') seen(event.piece)
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

/** Every stream copied; AAC beside AC-3. */
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
