import type { Snapshot, ListedSegment } from './snapshot.ts'

/** Nearer to the end no player begins (RFC 8216bis §6.3.3), unless the server names a distance itself. */
const TARGETS_BEFORE_END = 3

/** The segments from about three target durations before the end on; one at least. */
export function fromEdge(
  { targetDurationSec, holdBackSec }: Snapshot,
  segments: readonly ListedSegment[],
): readonly ListedSegment[] {
  const distanceSec = Math.max(holdBackSec ?? 0, TARGETS_BEFORE_END * targetDurationSec)
  let restSec = 0
  let at = segments.length
  while (at > 0) {
    const segment = segments[at - 1] as ListedSegment
    if (restSec + segment.durationSec > distanceSec + 0.001 && at < segments.length) break
    restSec += segment.durationSec
    at--
  }
  return segments.slice(at)
}
