import type { TrackPlan } from '#domain/ingest-plan.ts'
import type { MediaStream } from '#domain/media-info.ts'

/** A track that is copied as it is; only what reading needs. */
export function copiedTrack(stream: MediaStream, position: number): TrackPlan {
  const { index: streamIndex, codec, language, title, isDefault, forced, hearingImpaired } = stream
  const labels = { language, title, isDefault, forced, hearingImpaired }
  const rates = { bandwidth: 0, averageBandwidth: 0, channels: null, sampleRate: null }
  const shape = { width: null, height: null, frameRate: null, videoRange: null }
  const kind = stream.kind === 'video' ? 'video' : 'audio'
  return { name: `t${position}`, kind, streamIndex, action: 'copy', reason: '', codec, ...labels, ...rates, ...shape }
}
