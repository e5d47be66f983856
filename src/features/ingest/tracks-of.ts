import { trackIdOf, type VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { TrackFormat } from '#domain/media-tool.ts'
import type { Track } from '#domain/video.ts'

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
  return plan.subtitles.map(({ form, ...subtitle }) => ({
    ...subtitle,
    id: trackIdOf(videoId, subtitle.name),
    videoId,
    kind: 'subtitles',
    action: form === 'text' ? 'encode' : 'copy',
    reason: form === 'text' ? 'shown as WebVTT, the original is kept' : 'pictures, not text: kept as they are',
    codecs: '',
    bandwidth: 0,
    averageBandwidth: 0,
    width: null,
    height: null,
    frameRate: null,
    videoRange: null,
    channels: null,
    sampleRate: null,
  }))
}
