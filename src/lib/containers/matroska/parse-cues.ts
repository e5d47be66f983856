import { elementsIn, uintOf } from './ebml-element.ts'
import { ID } from './element-id.ts'
import type { Cue } from './matroska-file.ts'

/** The body of a Cues element (RFC 9559 §5.1.5): one entry per track that a CuePoint names. Points without time or place are left out. */
export function parseCues(body: Uint8Array, segmentStart: number): Cue[] {
  return elementsIn(body).flatMap((point) => (point.id === ID.cuePoint ? cuesOfPoint(point.body, segmentStart) : []))
}

function cuesOfPoint(body: Uint8Array, segmentStart: number): Cue[] {
  const children = elementsIn(body)
  const time = children.find((child) => child.id === ID.cueTime)
  if (time === undefined) return []
  const ticks = uintOf(time.body)
  return children
    .filter((child) => child.id === ID.cueTrackPositions)
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
