import type { IngestPlan, TrackPlan } from '#domain/ingest-plan.ts'
import { canCopyVideo, mainVideo } from '#domain/main-video.ts'
import type { MediaIndex } from '#domain/media-index.ts'
import type { MediaInfo, VideoStream } from '#domain/media-info.ts'
import { type BorderLimits, evenBorders, type PlannedSegment, planBorders, TARGET_SEGMENT_SEC } from './plan-borders.ts'
import { planAudio, planSubtitles, planVideo } from './plan-tracks.ts'

export interface PlanSettings {
  readonly minSegmentSec: number
  readonly maxSegmentSec: number
  /** The largest payload that one pack takes, in bytes. */
  readonly maxSegmentBytes: number
  readonly oversized: 'split' | 'reencode'
}

/** A fragmented MP4 or TS segment is this much larger than the packets in it, at most (measured: 0.1 % and 3 %). */
const CONTAINER_OVERHEAD = { fmp4: 1.005, ts: 1.04 }
/** An encoder's rate control may overshoot the peak by this much within one segment. */
const ENCODER_MARGIN = 0.8

/** Decides everything before payload is touched. Pure: the same file and settings give the same plan. */
export function planIngest(info: MediaInfo, index: MediaIndex, settings: PlanSettings): IngestPlan {
  const video = mainVideo(info)
  const limits = borderLimits(settings)
  const startSec = presentationZero(info, index)
  const durationSec = Math.max(index.endSec - startSec, 0.001)
  const copied = video !== null && index.gops.length > 0 && canCopyVideo(video, 'fmp4')
  const pieces = copied ? planBorders(index.gops, startSec, index.endSec, limits) : []
  const packaging = choosePackaging(video, pieces, settings)
  const borders = copied ? pieces.map((piece) => round6(piece.startSec - startSec)) : evenBorders(durationSec, limits)
  return {
    startSec,
    durationSec,
    targetDurationSec: targetDuration(borders, durationSec),
    borders,
    packaging,
    tracks: [
      ...planVideoTrack(video, packaging, pieces, settings),
      ...planAudio(info, packaging, { startSec, endSec: startSec + (borders[1] ?? durationSec) }),
    ],
    subtitles: planSubtitles(info),
    reencode: packaging === 'ts' ? oversizedOf(pieces, settings) : [],
    notes: [...notesOn(info, index, pieces, settings), ...notesOnTurned(video, pieces, settings)],
  }
}

/** Sound this much ahead of the picture is priming or rounding; what begins earlier is meant to be heard. */
const EARLY_SOUND_SEC = 0.5

/** The first picture, or the first sound when that begins well before it. */
function presentationZero(info: MediaInfo, { startSec }: MediaIndex): number {
  const sounds = info.streams.flatMap((stream) => (stream.kind === 'audio' ? [stream.startSec] : []))
  const first = Math.min(startSec, ...sounds)
  return startSec - first > EARLY_SOUND_SEC ? first : startSec
}

function borderLimits({ minSegmentSec, maxSegmentSec, maxSegmentBytes }: PlanSettings): BorderLimits {
  return {
    targetSec: Math.min(Math.max(TARGET_SEGMENT_SEC, minSegmentSec), maxSegmentSec),
    minSec: minSegmentSec,
    maxSec: maxSegmentSec,
    maxBytes: maxSegmentBytes / CONTAINER_OVERHEAD.fmp4,
  }
}

/**
 * A piece that is encoded to fit brings other parameter sets, which only MPEG-TS carries in one track. That cannot say that
 * pictures are turned: those of phones are kept in parts.
 */
function choosePackaging(
  video: VideoStream | null,
  pieces: readonly PlannedSegment[],
  settings: PlanSettings,
): IngestPlan['packaging'] {
  const mustFit = settings.oversized === 'reencode' && oversizedOf(pieces, settings).length > 0
  return mustFit && video?.codec === 'h264' && video.rotation === 0 ? 'ts' : 'fmp4'
}

function oversizedOf(pieces: readonly PlannedSegment[], { maxSegmentBytes }: PlanSettings) {
  return pieces.flatMap(({ byteLength }, index) =>
    byteLength * CONTAINER_OVERHEAD.ts > maxSegmentBytes ? [{ index, maxBytes: maxSegmentBytes }] : [],
  )
}

function planVideoTrack(
  video: VideoStream | null,
  packaging: IngestPlan['packaging'],
  pieces: readonly PlannedSegment[],
  { maxSegmentBytes, maxSegmentSec }: PlanSettings,
): TrackPlan[] {
  if (!video) return []
  const longestSec = Math.min(maxSegmentSec, TARGET_SEGMENT_SEC * 1.5)
  const track = planVideo(video, packaging, Math.floor(((maxSegmentBytes * 8) / longestSec) * ENCODER_MARGIN))
  return [track.action === 'copy' ? { ...track, ...bandwidthOf(pieces, CONTAINER_OVERHEAD[packaging]) } : track]
}

/** Peak and average segment bit rate (RFC 8216 §4.3.4.2), known before the first segment is written. */
function bandwidthOf(pieces: readonly PlannedSegment[], overhead: number) {
  const longestSec = Math.max(...pieces.map((piece) => piece.durationSec))
  const rates = pieces
    .filter((piece) => piece.durationSec >= longestSec / 2)
    .map((piece) => piece.byteLength / piece.durationSec)
  const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
  const seconds = pieces.reduce((sum, piece) => sum + piece.durationSec, 0)
  return {
    bandwidth: Math.ceil(Math.max(...rates) * 8 * overhead),
    averageBandwidth: Math.ceil((bytes / seconds) * 8 * overhead),
  }
}

function targetDuration(borders: readonly number[], durationSec: number): number {
  const lengths = borders.map((border, index) => (borders[index + 1] ?? durationSec) - border)
  return Math.max(1, Math.ceil(Math.max(...lengths) - 1e-6))
}

/** An edit list that trims the start gives the pictures before it negative times; less than this is reordering. */
const TRIMMED_SEC = 0.2

function notesOn(
  info: MediaInfo,
  { gops }: MediaIndex,
  pieces: readonly PlannedSegment[],
  { maxSegmentSec }: PlanSettings,
): string[] {
  const films = info.streams.filter((stream) => stream.kind === 'video' && !stream.isCover)
  const longest = Math.max(0, ...pieces.map((piece) => piece.durationSec))
  const openStarts = new Set(gops.filter((gop) => !gop.closed).map((gop) => gop.startSec))
  const isCutOpen = pieces.some((piece, number) => number > 0 && openStarts.has(piece.startSec))
  const hiddenSec = info.container === 'mov' && pieces.length > 0 ? -(gops[0]?.startSec ?? 0) : 0
  return [
    ...(films.length > 1 ? [`The file holds ${films.length} videos; the one marked as default is shown.`] : []),
    ...(isCutOpen
      ? [
          'Web playback is limited: for long stretches the film has no key frame that stands alone, so seeking may fail in browsers. Other players are fine; encoding the file with closed groups of pictures mends it.',
        ]
      : []),
    ...(longest > maxSegmentSec * 1.5
      ? [`Seeking is coarse: up to ${Math.round(longest)} s lie between two places where the film can be cut.`]
      : []),
    ...(hiddenSec > TRIMMED_SEC
      ? [
          `The file was trimmed without encoding; the ${hiddenSec.toFixed(1)} s before its start, from the key frame on, are shown too.`,
        ]
      : []),
  ]
}

function notesOnTurned(video: VideoStream | null, pieces: readonly PlannedSegment[], settings: PlanSettings): string[] {
  const isKept = settings.oversized === 'reencode' && video !== null && video.rotation !== 0
  if (!isKept || oversizedOf(pieces, settings).length === 0) return []
  return ['Large segments are kept in parts instead of being encoded: MPEG-TS cannot say that the picture is turned.']
}

/** EXTINF has six decimals; ticks of 1/1,000,000 s are finer than any container's. */
function round6(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}
