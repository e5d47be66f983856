import type { Segment } from '#domain/video.ts'
import { formatMediaPlaylist, type MediaPlaylistToWrite } from '#lib/hls/format-media-playlist.ts'
import type { PlayableTrack, PlayableVideo } from './playable-video.ts'
import { formatSegmentName, type SegmentExtension } from './segment-name.ts'

/**
 * The media playlist of a track, at `/playlist/{local,public}/{id}/{track}.m3u8`: EVENT while the video grows, so that
 * lines are only appended, then VOD. Null when the video has no such track, or nothing of it yet.
 */
export function mediaPlaylist(video: PlayableVideo, trackName: string): string | null {
  const played = video.tracks.find(({ track }) => track.name === trackName)
  if (played) return formatMediaPlaylist({ ...frame(video), ...contents(video, played) })
  const grid = subtitleGrid(video)
  if (!grid || !video.subtitles.some(({ track }) => track.name === trackName)) return null
  return formatMediaPlaylist({ ...frame(video), segments: listed(video, trackName, grid, 'vtt') })
}

/** Subtitles are cut where the picture is cut, or the sound where there is no picture. */
export function subtitleGrid(video: PlayableVideo): readonly Segment[] | null {
  return video.tracks[0]?.segments ?? null
}

function frame({ video, ended, targetDurationSec }: PlayableVideo): Omit<MediaPlaylistToWrite, 'segments'> {
  const finished = video.state === 'ready'
  return {
    targetDurationSec,
    type: finished ? 'vod' : 'event',
    // Players begin a growing list near its end unless it says otherwise.
    ...(!finished && { startOffsetSec: 0 }),
    ended,
  }
}

function contents(video: PlayableVideo, { track, init, segments }: PlayableTrack) {
  const initName = formatSegmentName({ trackName: track.name, index: 'init', extension: 'mp4' })
  const extension = video.packaging === 'ts' ? 'ts' : 'm4s'
  return {
    ...(init && { initUri: address(video, initName) }),
    segments: listed(video, track.name, segments, extension),
  }
}

function listed(
  video: PlayableVideo,
  trackName: string,
  segments: readonly Segment[],
  extension: SegmentExtension,
): { readonly uri: string; readonly durationSec: number }[] {
  return segments.map(({ index, durationSec }) => ({
    uri: address(video, formatSegmentName({ trackName, index, extension })),
    durationSec,
  }))
}

/** Relative, so that a prefix that signs the address of the playlist is inherited. */
function address({ video }: PlayableVideo, name: string): string {
  return `../../../segment/${video.id}/${name}`
}
