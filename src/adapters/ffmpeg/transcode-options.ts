import type { SubtitlePlan, TrackPlan } from '#domain/ingest-plan.ts'
import { FRAGMENT_STREAM_OPTIONS } from '#lib/containers/iso-bmff/fragment-stream-options.ts'
import { BORDER_TOLERANCE_SEC, keyFrameTimes } from './key-frame-times.ts'
import type { StreamDetails } from './stream-details.ts'
import { subtitleOutputs } from './subtitle-outputs.ts'
import { isAtLeast, type ToolVersion } from './tool-version.ts'
import type { VideoEncoder } from './video-encoder.ts'

/** What one run of ffmpeg is to deliver: each track through a pipe of its own, subtitles as files. */
export interface Transcode {
  readonly tracks: readonly PipedTrack[]
  readonly subtitles: readonly SubtitlePlan[]
  /** Container time of presentation zero. */
  readonly originSec: number
  /** Container times at which segments begin. */
  readonly bordersSec: readonly number[]
  readonly encoder: VideoEncoder
  readonly version: ToolVersion
  readonly threads: number
}

export interface PipedTrack {
  readonly plan: TrackPlan
  readonly details: StreamDetails | undefined
  readonly interlaced: boolean
  /** First segment wanted. */
  readonly from: number
  /** When the source stream begins, container time. */
  readonly startSec: number
}

/** The child's file descriptor of the n-th track: stdout first, then what lies behind stderr. */
export function descriptorOf(position: number): number {
  return position === 0 ? 1 : position + 2
}

/** Options behind the input. */
export function transcodeOptions(job: Transcode, out: (name: string) => string): string[] {
  const tracks = job.tracks.flatMap((track, position) => [
    ...['-map', `0:${track.plan.streamIndex}`, '-map_metadata', '-1', '-map_chapters', '-1'],
    ...codecOptions(track, job),
    ...FRAGMENT_STREAM_OPTIONS,
    ...['-flush_packets', '1', `pipe:${descriptorOf(position)}`],
  ])
  const subtitles = job.subtitles.flatMap((plan) =>
    subtitleOutputs(plan).flatMap(({ name, options }) => [
      ...['-map', `0:${plan.streamIndex}`, '-map_metadata', '-1', '-map_chapters', '-1', ...options],
      // Presentation times: what we serve begins at zero.
      ...['-output_ts_offset', String(-job.originSec), out(name)],
    ]),
  )
  return [...tracks, ...subtitles]
}

function codecOptions(track: PipedTrack, job: Transcode): string[] {
  if (track.plan.action === 'copy') return copyOptions(track)
  return track.plan.kind === 'video' ? videoOptions(track, job) : audioOptions(track, job)
}

/** AAC leaves its ADTS headers, which MP4 does not have; HEVC gets the name that Apple's players want. */
export function copyOptions({ plan }: Pick<PipedTrack, 'plan'>): string[] {
  const form = { aac: ['-bsf:a', 'aac_adtstoasc'], hevc: ['-tag:v', 'hvc1'] }
  return ['-c', 'copy', ...(form[plan.codec as keyof typeof form] ?? [])]
}

const FORCED_SEC_PER_KEY_FRAME = 6

function videoOptions(track: PipedTrack, { encoder, bordersSec, version, threads }: Transcode): string[] {
  const borders = bordersSec.slice(track.from)
  const averagedOverSec = borders.length > 1 ? Math.min(...gaps(borders)) : FORCED_SEC_PER_KEY_FRAME
  const rate = { peakBitsPerSec: track.plan.bandwidth, averagedOverSec }
  return [
    ...['-filter:v', videoFilters(track, encoder, bordersSec)],
    ...['-c:v', encoder.name, ...encoder.quality(rate)],
    ...(borders.length > 1 ? ['-force_key_frames', keyFrameTimes(borders.slice(1)), '-forced-idr', '1'] : []),
    ...[isAtLeast(version, 5, 1) ? '-fps_mode' : '-vsync', 'passthrough'],
    ...['-enc_time_base:v', `1:${ticksPerSec(track.details)}`],
    ...['-threads', String(threads)],
  ]
}

function gaps(borders: readonly number[]): number[] {
  return borders.slice(1).map((border, index) => border - (borders[index] ?? 0))
}

const LEAST_TICKS_PER_SEC = 90_000

/** Every time of the source is a whole number of these ticks, and borders fall between no two of them by much. */
function ticksPerSec(details: StreamDetails | undefined): number {
  const den = details?.timeBase.den ?? LEAST_TICKS_PER_SEC
  return den * Math.ceil(LEAST_TICKS_PER_SEC / den)
}

function videoFilters({ plan, from, interlaced }: PipedTrack, encoder: VideoEncoder, bordersSec: readonly number[]) {
  const startSec = bordersSec[from] ?? 0
  return [
    ...(from > 0 ? [`trim=start=${(startSec - BORDER_TOLERANCE_SEC).toFixed(6)}`] : []),
    ...(interlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
    `scale=${plan.width}:${plan.height}`,
    'setsar=1',
    ...encoder.filters,
  ].join(',')
}

/** Samples in a packet of AAC; the first packet only wakes the decoder (ISO/IEC 14496-3 §4.1.1.2). */
const AAC_FRAME_SAMPLES = 1024
/** Where encoding begins before the first segment that is wanted: what is heard at the joint has settled. */
const RUN_UP_SEC = 0.3
/** Sound before the first picture, as far as presentation zero leaves room for it. */
const MAX_EARLY_SEC = 8

/**
 * Sound is laid on one grid of AAC frames that follows from the plan alone: gaps are filled with silence, and a second run
 * that begins anywhere makes frames of exactly the same times.
 */
function audioOptions({ plan, from, startSec }: PipedTrack, { originSec, bordersSec, threads }: Transcode): string[] {
  const rate = plan.sampleRate ?? 48_000
  const early = Math.min(MAX_EARLY_SEC, Math.max(0, originSec - startSec))
  const zero = Math.round(originSec * rate)
  const first = from === 0 ? originSec - early : Math.max(originSec - early, (bordersSec[from] ?? 0) - RUN_UP_SEC)
  const frames = Math.floor((first * rate - zero) / AAC_FRAME_SAMPLES)
  return aacOptions(plan, { firstPts: zero + frames * AAC_FRAME_SAMPLES, threads })
}

/** Sound becomes AAC, gaps in it silence, from `firstPts` on (ticks of its rate), or from where it begins. */
export function aacOptions(
  plan: TrackPlan,
  { firstPts, threads }: { readonly firstPts: number | null; readonly threads: number },
): string[] {
  const rate = plan.sampleRate ?? 48_000
  const layout = { 1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1' }[plan.channels ?? 2] ?? 'stereo'
  const filters = [
    `aresample=${rate}:async=1${firstPts === null ? '' : `:first_pts=${firstPts}`}`,
    `aformat=sample_fmts=fltp:channel_layouts=${layout}`,
  ]
  return [
    ...['-filter:a', filters.join(','), '-c:a', 'aac', '-b:a', String(plan.averageBandwidth)],
    ...['-threads', String(threads)],
  ]
}
