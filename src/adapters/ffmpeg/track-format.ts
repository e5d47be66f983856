import type { TrackPlan } from '#domain/ingest-plan.ts'
import type { TrackFormat } from '#domain/media-tool.ts'
import { codecString } from '#lib/containers/iso-bmff/codec-string.ts'
import type { ContainerTrack } from '#lib/containers/sample.ts'

/** What the init segment of a track says; without one (a track that has not begun yet) what such tracks say as a rule. */
export function trackFormat(plan: TrackPlan, track: ContainerTrack | undefined): TrackFormat {
  return {
    codecs: track === undefined ? (USUAL_CODECS[plan.codec] ?? plan.codec) : codecString(track.sampleEntry),
    channels: plan.channels,
    sampleRate: plan.sampleRate,
  }
}

const USUAL_CODECS: Readonly<Record<string, string>> = {
  h264: 'avc1.640028',
  hevc: 'hvc1.1.6.L120.90',
  aac: 'mp4a.40.2',
  mp3: 'mp4a.6B',
  ac3: 'ac-3',
  eac3: 'ec-3',
  opus: 'Opus',
  flac: 'fLaC',
  dts: 'mp4a.A9',
}
