import type { IngestPlan, SubtitlePlan, TrackPlan } from '#domain/ingest-plan.ts'
import { canCopyVideo, mainVideo } from '#domain/main-video.ts'
import type { MediaInfo } from '#domain/media-info.ts'
import type { RecordingHead } from '#domain/recording.ts'
import { TARGET_SEGMENT_SEC } from './plan-borders.ts'
import type { PlanSettings } from './plan-ingest.ts'
import { planAudio, planVideo } from './plan-tracks.ts'

/** A segment this near to the target ends at the next key frame: waiting for another would make it much longer. */
const LEAST_SHARE = 0.75

interface GrowingSegments {
  readonly segmentSec: number
  readonly firstSegmentSec: number
}

/** How long the segments of a film are whose end is not known; the first is short, so that it can be watched early. */
export function growingSegments({ minSegmentSec, maxSegmentSec }: LengthSettings): GrowingSegments {
  const targetSec = Math.min(Math.max(TARGET_SEGMENT_SEC, minSegmentSec), maxSegmentSec)
  return { segmentSec: Math.max(minSegmentSec, targetSec * LEAST_SHARE), firstSegmentSec: minSegmentSec }
}

type LengthSettings = Pick<PlanSettings, 'minSegmentSec' | 'maxSegmentSec'>

/** Bit rates of a stream are known of its first segments only. */
const PEAK_MARGIN = 1.5

/** Plans a recording that may still grow; null when it cannot be copied and its end must be known. Pure. */
export function planRecording(info: MediaInfo, head: RecordingHead, settings: LengthSettings): IngestPlan | null {
  const video = mainVideo(info)
  if (video !== null && !canCopyVideo(video, 'fmp4')) return null
  const { segmentSec } = growingSegments(settings)
  const tracks = [
    ...(video === null ? [] : [withMargin(planVideo(video, 'fmp4', Number.POSITIVE_INFINITY))]),
    ...planAudio(info, 'fmp4', { startSec: 0, endSec: segmentSec }),
  ]
  if (tracks.length === 0) return null
  return {
    startSec: 0,
    durationSec: head.durationSec ?? 0,
    // Segments of the source begin with key frames: none of ours is longer than what is wanted and one of those.
    targetDurationSec: Math.ceil(segmentSec + head.targetDurationSec),
    borders: [0],
    packaging: 'fmp4',
    tracks,
    subtitles: subtitlePlans(head),
    reencode: [],
    notes: [],
  }
}

function withMargin(track: TrackPlan): TrackPlan {
  return { ...track, bandwidth: Math.ceil(Math.max(1, track.bandwidth) * PEAK_MARGIN) }
}

/** `streamIndex` counts the subtitles of the recording. */
function subtitlePlans({ renditions }: RecordingHead): SubtitlePlan[] {
  const texts = renditions.filter(({ kind }) => kind === 'subtitles')
  return texts.map(({ name, language, isDefault, forced, hearingImpaired }, number) => ({
    name: `s${number}`,
    streamIndex: number,
    codec: 'webvtt',
    form: 'text',
    language,
    title: name === '' ? null : name,
    isDefault,
    forced,
    hearingImpaired,
  }))
}

/** Sound that MPEG-TS carries. */
const TS_SOUND = ['aac', 'ac3', 'eac3', 'mp3']

/**
 * The plan for a stream whose coding changes on the way: MPEG-TS, which tells parameters again wherever they change. Null when
 * that cannot carry its picture.
 */
export function planForChanges(plan: IngestPlan): IngestPlan | null {
  const fits = ({ kind, codec }: TrackPlan) => (kind === 'video' ? ['h264', 'hevc'] : TS_SOUND).includes(codec)
  const tracks = plan.tracks.filter(fits)
  if (plan.packaging === 'ts' || tracks.length === 0 || tracks[0]?.kind !== plan.tracks[0]?.kind) return null
  const note = 'The stream changes its coding on the way; players may stop for a moment there.'
  return { ...plan, packaging: 'ts', tracks, notes: [...plan.notes, note] }
}
