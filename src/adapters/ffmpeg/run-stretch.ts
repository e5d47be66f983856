import { CodingChangedError, ToolFailedError } from '#domain/errors.ts'
import { ContainerError } from '#lib/containers/container-error.ts'
import { FRAGMENT_STREAM_OPTIONS } from '#lib/containers/iso-bmff/fragment-stream-options.ts'
import type { RunningProcess } from '#lib/process/start-process.ts'
import { arrivals } from './arrivals.ts'
import type { RecordingContext, RenditionTrack, RenditionWork } from './recording-context.ts'
import type { Stretch } from './recording-stretches.ts'
import { transcodeLimits } from './run-limits.ts'
import { runTool } from './run-tool.ts'
import { stretchBytes } from './stretch-bytes.ts'
import { toolError } from './tool-errors.ts'
import { type PipePart, partsOfPipe } from './parts-of-pipe.ts'
import { aacOptions, copyOptions, descriptorOf } from './transcode-options.ts'

interface StretchRun {
  readonly stretch: Stretch
  readonly work: RenditionWork
  /** Of its rendition. */
  readonly isFirst: boolean
}

const STALL_LIMIT_MS = 60_000
/** Live streams run for days. */
const TIME_LIMIT_MS = 14 * 24 * 3600_000
const LONGEST_STREAM_SEC = 14 * 24 * 3600

/** One run of ffmpeg over one stretch, fed as the recording grows; times come out as the source has them. */
export async function* runStretch(
  context: RecordingContext,
  run: StretchRun,
  signal: AbortSignal,
): AsyncGenerator<PipePart> {
  const { tracks, probed } = run.work
  const { file } = probed.media
  const { tools, head, threads, info } = context
  const durationSec = head.durationSec ?? LONGEST_STREAM_SEC
  await using child = await runTool(tools, {
    tool: 'ffmpeg',
    input: null,
    stdin: file,
    before: ['-v', 'error', '-max_error_rate', '1', '-threads', String(threads), '-copyts', '-fflags', '+genpts'],
    options: () =>
      tracks.flatMap((track, index) => trackOptions(track, { context, run, descriptor: descriptorOf(index) })),
    limits: transcodeLimits(info, { durationSec, threads, outputs: tracks.length, limitsMemory: true }),
    timeLimitMs: TIME_LIMIT_MS,
    stallLimitMs: STALL_LIMIT_MS,
    extraPipes: Math.max(0, tracks.length - 1),
    signal,
  })
  const withoutTags = file.family !== 'mpegts' && file.family !== 'mov'
  const feeding = child.feed(stretchBytes(context.recording, run.stretch, { withoutTags }))
  feeding.catch(() => {}) // Heard of below, when what came out has been read.
  const pipes = tracks.map(({ position }, index) => partsOfPipe(position, child.output(descriptorOf(index))))
  try {
    yield* arrivals(pipes)
  } catch (error) {
    if (error instanceof ContainerError) throw await failure(child, error)
    throw error
  }
  await feeding
  signal.throwIfAborted()
  const end = await child.ended
  if (end.exitCode !== 0) throw await failure(child)
}

interface TrackOutput {
  readonly context: RecordingContext
  readonly run: StretchRun
  readonly descriptor: number
}

function trackOptions({ plan, ordinal }: RenditionTrack, { context, run, descriptor }: TrackOutput): string[] {
  const encode = {
    firstPts: run.isFirst ? firstPts(plan.sampleRate, beginningOf(run.work, context)) : null,
    threads: context.threads,
  }
  return [
    ...['-map', `0:${plan.kind === 'video' ? 'v' : 'a'}:${ordinal}`, '-map_metadata', '-1', '-map_chapters', '-1'],
    ...(plan.action === 'copy' ? copyOptions({ plan }) : aacOptions(plan, encode)),
    ...FRAGMENT_STREAM_OPTIONS,
    ...['-flush_packets', '1', `pipe:${descriptor}`],
  ]
}

/** Renditions of one stream share a clock, packed audio has none. */
const SAME_CLOCK_SEC = 60

/** Silence comes before a sound that begins later than the picture. */
function beginningOf({ probed }: RenditionWork, { probed: [main] }: RecordingContext): number {
  const ownSec = probed.media.info.startSec
  const pictureSec = main?.media.info.startSec ?? ownSec
  const isComparable = probed.tagSec === null && Math.abs(ownSec - pictureSec) < SAME_CLOCK_SEC
  return isComparable ? Math.min(ownSec, pictureSec) : ownSec
}

function firstPts(sampleRate: number | null, startSec: number): number {
  return Math.round(startSec * (sampleRate ?? 48_000))
}

async function failure(child: RunningProcess, cause?: ContainerError): Promise<Error> {
  const end = await child.ended
  if (/matches no streams/.test(end.stderr)) {
    return new CodingChangedError('The stream goes on without a track that it began with.', {
      why: 'A part of it lacks the sound or the picture.',
    })
  }
  if (cause === undefined || end.exitCode !== 0) return toolError(end, 'Reading the stream')
  return new ToolFailedError('Reading the stream failed.', {
    why: `ffmpeg wrote what cannot be read: ${cause.message}.`,
  })
}
