import type { MovieTrack } from './read-movie.ts'

/** A video window begins with a key frame at most this much before its border, which came through a division. */
const VIDEO_TOLERANCE_SEC = 0.001
const AUDIO_TOLERANCE_SEC = 0.000_001

/**
 * The index of the first sample of each window: of video the first sync sample that shows at the border or later, of
 * everything else the first sample. Borders ascend, in seconds of container time; as many windows as borders, and one
 * that is behind the track's end is empty.
 */
export function windowStarts({ track, samples }: MovieTrack, borders: readonly number[]): number[] {
  const isVideo = track.kind === 'video'
  const tolerance = isVideo ? VIDEO_TOLERANCE_SEC : AUDIO_TOLERANCE_SEC
  const starts: number[] = []
  let index = 0
  for (const border of borders) {
    // What leads to the first key frame belongs to a first window without a border.
    const atBeginning = border === Number.NEGATIVE_INFINITY
    const earliest = (border - tolerance) * track.timescale
    while (!atBeginning && index < samples.length && !begins(index, earliest)) index++
    starts.push(index)
  }
  return starts

  function begins(candidate: number, earliest: number): boolean {
    return (!isVideo || samples.sync[candidate] === 1) && (samples.pts[candidate] ?? 0) >= earliest
  }
}
