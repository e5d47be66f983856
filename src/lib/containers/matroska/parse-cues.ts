import { ContainerError } from '../container-error.ts'
import { eachElementIn, uintIn } from './ebml-element.ts'
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
  eachElementIn(body, 0, body.byteLength, (id, start, end) => {
    if (id === ID.cuePoint) addCuesOfPoint(cues, body, start, end, segmentStart)
    if (cues.length > MAX_CUES) throw new ContainerError('too-large', 'Matroska: too many Cues')
  })
  return cues
}

/** Of one point; also keeps what is added at once from being too much. */
const MAX_TRACKS = 1000

/** No arrays and no views: a film of three hours has five thousand points, and the first picture waits for them. */
function addCuesOfPoint(cues: Cue[], body: Uint8Array, start: number, end: number, segmentStart: number): void {
  const first = cues.length
  let ticks = Number.NaN
  let tracks = 0
  eachElementIn(body, start, end, (id, from, to) => {
    if (id === ID.cueTime && Number.isNaN(ticks)) ticks = uintIn(body, from, to)
    if (id !== ID.cueTrackPositions || tracks++ >= MAX_TRACKS) return
    const cue = cueOf(body, from, to, ticks, segmentStart)
    if (cue !== null) cues.push(cue)
  })
  // Of a point that tells its time behind its places, or not at all.
  for (let at = first; at < cues.length; at++) {
    if (Number.isNaN(cues[at]?.ticks)) cues[at] = { ...(cues[at] as Cue), ticks }
  }
  if (Number.isNaN(ticks)) cues.length = first
}

function cueOf(body: Uint8Array, start: number, end: number, ticks: number, segmentStart: number): Cue | null {
  let [trackNumber, cluster, relativePosition]: [number | null, number | null, number | null] = [null, null, null]
  eachElementIn(body, start, end, (id, from, to) => {
    if (id === ID.cueTrack) trackNumber = uintIn(body, from, to)
    else if (id === ID.cueClusterPosition) cluster = uintIn(body, from, to)
    else if (id === ID.cueRelativePosition) relativePosition = uintIn(body, from, to)
  })
  if (trackNumber === null || cluster === null) return null
  return { trackNumber, ticks, clusterAt: segmentStart + cluster, relativePosition }
}
