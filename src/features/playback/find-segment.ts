import type { Segment } from '#domain/video.ts'
import type { PlayableTrack, PlayableVideo } from './playable-video.ts'
import type { SegmentName } from './segment-name.ts'

/** A video or audio segment that may be served, or null: wrong track, wrong ending, not there yet. */
export function findSegment(video: PlayableVideo, name: SegmentName): Segment | null {
  const played = video.tracks.find(({ track }) => track.name === name.trackName)
  if (!played || name.extension !== extensionOf(video, name)) return null
  return name.index === 'init' ? played.init : segmentAt(played, name.index)
}

function extensionOf({ packaging }: PlayableVideo, { index }: SegmentName): string {
  if (packaging === 'ts') return 'ts'
  return index === 'init' ? 'mp4' : 'm4s'
}

/** As a rule the n-th of the list is number n. */
function segmentAt({ segments }: PlayableTrack, index: number): Segment | null {
  const here = segments[index]
  if (here?.index === index) return here
  return segments.find((segment) => segment.index === index) ?? null
}
