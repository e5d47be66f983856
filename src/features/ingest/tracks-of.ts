import { trackIdOf, type VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { TrackFormat } from '#domain/media-tool.ts'
import type { Track } from '#domain/video.ts'
import { subtitleTrack } from './subtitle-track.ts'

/** The planned tracks with what only their init segments know. */
export function tracksOf(videoId: VideoId, plan: IngestPlan, formats: readonly TrackFormat[]): Track[] {
  return plan.tracks.map((track, index) => {
    const format = formats[index]
    if (!format) throw new RangeError(`The cut named ${formats.length} formats for ${plan.tracks.length} tracks.`)
    return {
      ...track,
      id: trackIdOf(videoId, track.name),
      videoId,
      codecs: format.codecs,
      channels: format.channels ?? track.channels,
      sampleRate: format.sampleRate ?? track.sampleRate,
    }
  })
}

export function subtitleTracksOf(videoId: VideoId, plan: IngestPlan): Track[] {
  return plan.subtitles.map(({ form, ...subtitle }) =>
    subtitleTrack(videoId, {
      ...subtitle,
      action: form === 'text' ? 'encode' : 'copy',
      reason: form === 'text' ? 'shown as WebVTT, the original is kept' : 'pictures, not text: kept as they are',
    }),
  )
}
