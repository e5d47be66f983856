import type { Gop, KeyFrameIndex } from '../key-frame-index.ts'
import type { Movie, MovieTrack } from './read-movie.ts'

/**
 * Where the video can be cut, or null when no video track can be read directly. Bytes are those of the video track alone.
 * Without `trackId` it is the first video track. Pictures before the first key frame belong to no group.
 */
export function keyFrameIndexOf(movie: Movie, trackId?: number): KeyFrameIndex | null {
  const isWanted = ({ track }: MovieTrack) => (trackId === undefined ? track.kind === 'video' : track.id === trackId)
  const found = movie.tracks.find((one) => isWanted(one) && one.directlyReadable)
  if (found === undefined) return null
  const { samples, track } = found
  const gops: Gop[] = []
  let endPts = 0
  for (let first = samples.sync.indexOf(1); first !== -1 && first < samples.length; ) {
    const next = samples.sync.indexOf(1, first + 1)
    const group = describeGroup(found, first, next === -1 ? samples.length : next)
    gops.push(group.gop)
    endPts = Math.max(endPts, group.endPts)
    first = next
  }
  gops.sort((a, b) => a.startSec - b.startSec)
  return { gops, endSec: endPts / track.timescale }
}

function describeGroup({ samples, track }: MovieTrack, first: number, end: number): { gop: Gop; endPts: number } {
  const keyPts = samples.pts[first] ?? 0
  let closed = true
  let byteLength = 0
  let endPts = keyPts
  for (let index = first; index < end; index++) {
    const pts = samples.pts[index] ?? 0
    if (pts < keyPts) closed = false
    byteLength += samples.size[index] ?? 0
    endPts = Math.max(endPts, pts + (samples.duration[index] ?? 0))
  }
  return { gop: { startSec: keyPts / track.timescale, byteLength, closed }, endPts }
}
