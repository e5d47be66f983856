import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { canPlay } from '../../lib/can-play.ts'
import type { Fault } from '../../lib/problem-error.ts'
import type { PlayerParts } from './player-session.ts'

/** What helps to find out why something did not play; no title, no address. */
export function playerReport(fault: Fault, video: VideoDetails, { engine, media, state }: PlayerParts): string {
  const tracks = video.tracks.map(
    (track) => `${track.name} ${track.codecs || track.codec} ${canPlay(track) ? '' : '(not here)'}`,
  )
  const lines = {
    fault: `${fault.code}: ${fault.message} ${fault.why ?? ''} ${fault.requestId ?? ''}`,
    video: `${video.id}, ${video.state}, ${video.container}`,
    tracks: tracks.join('; '),
    position: `${media.currentTime.toFixed(2)} of ${media.endSec.toFixed(2)}, buffered to ${media.bufferedEnd.toFixed(2)}`,
    playing: `quality ${state.playingQuality}, audio ${state.audio}, subtitles ${state.subtitle}`,
    engine: engine?.kind ?? 'none',
    browser: navigator.userAgent,
    at: new Date().toISOString(),
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
