import { ContainerError } from '../container-error.ts'
import { elementsIn, uintOf } from './ebml-element.ts'
import { ID } from './element-id.ts'
import type { Cue } from './matroska-file.ts'

/** All pictures of a film of a day, or all of one of six hours that has key frames only. */
const MAX_CUES = 500_000

/**
 * The body of a Cues element (RFC 9559 §5.1.5): one entry per track that a CuePoint names. Points without time or place
 * are left out. Throws ContainerError for damaged ones and `too-large` for more than half a million.
 */
export function parseCues(body: Uint8Array, segmentStart: number): Cue[] {
  const cues: Cue[] = []
  for (const point of elementsIn(body)) {
    if (point.id === ID.cuePoint) cues.push(...cuesOfPoint(point.body, segmentStart))
    if (cues.length > MAX_CUES) throw new ContainerError('too-large', 'Matroska: too many Cues')
  }
  return cues
}

/** Of one point; also keeps what is spread above from being too much. */
const MAX_TRACKS = 1000

function cuesOfPoint(body: Uint8Array, segmentStart: number): Cue[] {
  const children = elementsIn(body)
  const time = children.find((child) => child.id === ID.cueTime)
  if (time === undefined) return []
  const ticks = uintOf(time.body)
  return children
    .filter((child) => child.id === ID.cueTrackPositions)
    .slice(0, MAX_TRACKS)
    .map((positions) => cueOf(positions.body, ticks, segmentStart))
    .filter((cue) => cue !== null)
}

function cueOf(body: Uint8Array, ticks: number, segmentStart: number): Cue | null {
  const found = new Map(elementsIn(body).map((child) => [child.id, child.body]))
  const track = found.get(ID.cueTrack)
  const cluster = found.get(ID.cueClusterPosition)
  const relative = found.get(ID.cueRelativePosition)
  if (track === undefined || cluster === undefined) return null
  return {
    trackNumber: uintOf(track),
    ticks,
    clusterAt: segmentStart + uintOf(cluster),
    relativePosition: relative === undefined ? null : uintOf(relative),
  }
}
