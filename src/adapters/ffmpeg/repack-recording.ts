import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MEDIA_ORIGIN_SEC } from '#domain/ingest-plan.ts'
import { mainVideo } from '#domain/main-video.ts'
import type { MediaInfo, MediaStream } from '#domain/media-info.ts'
import type { RecordedRendition } from '#domain/recording.ts'
import { copiedTrack } from './copied-track.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { inputOptions } from './input-options.ts'
import { joinedMovie } from './joined-movie.ts'
import { readTogether } from './read-together.ts'
import { recordedCues } from './recorded-subtitles.ts'
import type { RecordingContext } from './recording-context.ts'
import { runTool, type ToolRun } from './run-tool.ts'
import type { Timeline } from './timeline.ts'
import { toolError } from './tool-errors.ts'
import { nameDurably } from '#lib/durable-file/name-durably.ts'
import { threeLetterCode } from '#lib/language-tag/three-letter-code.ts'
import { formatWebVtt } from '#lib/webvtt/format-web-vtt.ts'

interface RepackJob {
  readonly container: 'mp4' | 'mkv'
  readonly path: string
  readonly signal: AbortSignal
}

/** See `OpenRecording.repack`. The samples are those that the ingest cuts; subtitles are put in when all times are known. */
export async function repackRecording(
  context: RecordingContext,
  { container, path, signal }: RepackJob,
): Promise<{ readonly notes: readonly string[] }> {
  // Always the same: what a kill left here is taken away.
  const folder = `${path}.joining`
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  try {
    const tracks = wantedStreams(context.info)
    const texts = context.head.renditions.filter(({ kind }) => kind === 'subtitles')
    const writing = { tools: context.tools, container, folder, signal }
    const timeline = await writeTracks(context, tracks, { ...writing, isLast: texts.length === 0 })
    const found = await writeSubtitles(context, texts, { folder, timeline, signal })
    const hasSubtitles = texts.length > 0
    if (hasSubtitles) await addSubtitles(found, writing)
    await nameDurably(join(folder, hasSubtitles ? FINAL : TRACKS), path)
    const missing = texts.filter((text) => !found.includes(text))
    return {
      notes: missing.map(({ name }) => `The subtitles "${name}" are left out: they show nothing that can be read.`),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const TRACKS = 'tracks'
const FINAL = 'final'
const BEFORE = ['-v', 'error', '-copyts']
/** Copying is as fast as the disk; live streams run for days. */
const TIME_LIMIT_MS = 14 * 24 * 3600_000

interface Writing {
  readonly tools: FfmpegTools
  readonly container: RepackJob['container']
  readonly folder: string
  readonly signal: AbortSignal
}

async function writeTracks(
  context: RecordingContext,
  streams: readonly MediaStream[],
  { isLast, ...writing }: Writing & { readonly isLast: boolean },
): Promise<Timeline> {
  const { tools, container, folder, signal } = writing
  const ending = new AbortController()
  const both = AbortSignal.any([signal, ending.signal])
  const together = readTogether(context, { tracks: streams.map(copiedTrack) }, { codingMayChange: false, signal: both })
  try {
    await using child = await runTool(tools, {
      ...runLimits(writing),
      input: null,
      stdin: { family: 'mov', codecs: tools.codecs },
      before: [...BEFORE, ...forcedCodecs(streams)],
      options: (out) => [
        ...['-map', '0', '-c', 'copy', ...labels(streams), '-output_ts_offset', String(-MEDIA_ORIGIN_SEC)],
        ...containerOptions(container, isLast),
        out(TRACKS),
      ],
      outputFolder: folder,
      signal,
    })
    await child.feed(joinedMovie(together.parts, streams.length))
    const end = await child.ended
    signal.throwIfAborted()
    if (end.exitCode !== 0) throw toolError(end, 'Joining the stream')
    return together.timeline
  } finally {
    ending.abort()
  }
}

async function addSubtitles(texts: readonly RecordedRendition[], writing: Writing): Promise<void> {
  const { tools, container, folder, signal } = writing
  const webvtt = inputOptions({ family: 'webvtt', codecs: tools.codecs })
  const codec = container === 'mp4' ? 'mov_text' : 'srt'
  await using child = await runTool(tools, {
    ...runLimits(writing),
    input: {
      path: join(folder, TRACKS),
      family: container === 'mp4' ? 'mov' : 'matroska',
      codecs: tools.codecs,
      sandboxed: true,
    },
    options: (out) => [
      ...texts.flatMap((_, number) => [...webvtt, '-i', out(`${number}.vtt`)]),
      ...['-map', '0', ...texts.flatMap((_, number) => ['-map', String(number + 1)])],
      ...[
        '-c',
        'copy',
        '-c:s',
        codec,
        ...texts.flatMap(subtitleLabels),
        ...containerOptions(container, true),
        out(FINAL),
      ],
    ],
    outputFolder: folder,
    signal,
  })
  const end = await child.ended
  signal.throwIfAborted()
  if (end.exitCode !== 0) throw toolError(end, 'Adding the subtitles')
}

function runLimits({ signal }: Writing): Pick<ToolRun, 'tool' | 'before' | 'limits' | 'timeLimitMs'> {
  signal.throwIfAborted()
  return {
    tool: 'ffmpeg',
    before: BEFORE,
    limits: { cpuSec: TIME_LIMIT_MS / 1000 },
    timeLimitMs: TIME_LIMIT_MS,
  }
}

/** MP4 has one name for all layers of MPEG audio. */
function forcedCodecs(streams: readonly MediaStream[]): string[] {
  const sounds = streams.filter(({ kind }) => kind === 'audio')
  return sounds.flatMap(({ codec }, at) => (codec === 'mp2' ? [`-c:a:${at}`, 'mp2float'] : []))
}

function containerOptions(container: RepackJob['container'], isLast: boolean): string[] {
  if (container === 'mkv') return ['-f', 'matroska']
  return ['-strict', 'experimental', ...(isLast ? ['-movflags', '+faststart'] : []), '-f', 'mp4']
}

function wantedStreams(info: MediaInfo): MediaStream[] {
  const video = mainVideo(info)
  return [...(video === null ? [] : [video]), ...info.streams.filter(({ kind }) => kind === 'audio')]
}

function labels(streams: readonly MediaStream[]): string[] {
  const isMarked = streams.some(({ kind, isDefault }) => kind === 'audio' && isDefault)
  const firstSound = streams.findIndex(({ kind }) => kind === 'audio')
  return streams.flatMap(({ kind, language, title, isDefault }, at) => {
    const marked = kind === 'video' || (isMarked ? isDefault : at === firstSound)
    return [...tags(at, language, title), `-disposition:${at}`, marked ? 'default' : '0']
  })
}

function subtitleLabels(
  { language, name, isDefault, forced, hearingImpaired }: RecordedRendition,
  at: number,
): string[] {
  const marks = [isDefault && 'default', forced && 'forced', hearingImpaired && 'hearing_impaired'].filter(Boolean)
  return [...tags(`s:${at}`, language, name), `-disposition:s:${at}`, marks.join('+') || '0']
}

function tags(at: number | string, language: string, title: string | null): string[] {
  return [
    ...[`-metadata:s:${at}`, `language=${threeLetterCode(language)}`],
    ...(title === null ? [] : [`-metadata:s:${at}`, `title=${title}`, `-metadata:s:${at}`, `handler_name=${title}`]),
  ]
}

/** Those of which there is something to show; file n holds the n-th of them. */
async function writeSubtitles(
  context: RecordingContext,
  texts: readonly RecordedRendition[],
  { folder, ...together }: { readonly folder: string; readonly timeline: Timeline; readonly signal: AbortSignal },
): Promise<RecordedRendition[]> {
  const found: RecordedRendition[] = []
  for (const text of texts) {
    const cues = await recordedCues(context, text.id, together)
    if (cues.length === 0) continue
    await writeFile(join(folder, `${found.length}.vtt`), formatWebVtt(cues))
    found.push(text)
  }
  return found
}
