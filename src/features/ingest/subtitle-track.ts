import { trackIdOf, type VideoId } from '#domain/ids.ts'
import type { Track } from '#domain/video.ts'

type SubtitleFacts = Pick<
  Track,
  | 'name'
  | 'streamIndex'
  | 'action'
  | 'reason'
  | 'codec'
  | 'language'
  | 'title'
  | 'isDefault'
  | 'forced'
  | 'hearingImpaired'
>

/** A subtitle track: it has no bit rate, and nothing of pictures and sounds. */
export function subtitleTrack(videoId: VideoId, facts: SubtitleFacts): Track {
  return {
    ...facts,
    id: trackIdOf(videoId, facts.name),
    videoId,
    kind: 'subtitles',
    codecs: '',
    bandwidth: 0,
    averageBandwidth: 0,
    width: null,
    height: null,
    frameRate: null,
    videoRange: null,
    channels: null,
    sampleRate: null,
  }
}
