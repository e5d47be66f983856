import type { Slice } from '#domain/video.ts'
import type { PlayableVideo } from './playable-video.ts'
import type { Session } from './sessions.ts'

/** The slices of the next `count` segments of each track that is being watched, in the order in which they will be played. */
export function nextSlices(video: PlayableVideo, { at }: Pick<Session, 'at'>, count: number): readonly Slice[] {
  const coming = [...at.values()].flatMap(({ trackName, index }) => {
    const segments = video.tracks.find(({ track }) => track.name === trackName)?.segments ?? []
    // As a rule the n-th of the list is number n.
    const next =
      segments[index + 1]?.index === index + 1 ? index + 1 : segments.findIndex((each) => Number(each.index) > index)
    return next < 0 ? [] : segments.slice(next, next + count)
  })
  return coming.sort((one, other) => one.startSec - other.startSec).flatMap(({ slices }) => slices)
}
