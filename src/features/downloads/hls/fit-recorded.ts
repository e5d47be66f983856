import { ConflictError } from '#domain/errors.ts'
import type { RecordedSegment } from '#domain/recording.ts'
import type { ListedSegment } from './snapshot.ts'
import { uriPath } from './uri-path.ts'

/** Servers round EXTINF differently from one answer to the next. */
const SAME_DURATION_SEC = 0.05

/** Whether this is the segment that was recorded: number, path and length; tokens in the query may differ. */
function isSameSegment(recorded: RecordedSegment, listed: ListedSegment): boolean {
  return (
    recorded.msn === listed.msn &&
    Math.abs(recorded.durationSec - listed.durationSec) <= SAME_DURATION_SEC &&
    recorded.uriPath === uriPath(listed.url)
  )
}

/** The first recorded segment that does not stand at its place in the playlist; null when all do. */
export function firstMisfit(
  recorded: readonly RecordedSegment[],
  segments: readonly ListedSegment[],
): { readonly recorded: RecordedSegment; readonly listed: ListedSegment | null } | null {
  for (const segment of recorded) {
    const listed = segments[segment.position]
    if (!listed || !isSameSegment(segment, listed)) return { recorded: segment, listed: listed ?? null }
  }
  return null
}

export function misfitError({ recorded, listed }: NonNullable<ReturnType<typeof firstMisfit>>): ConflictError {
  const now = listed
    ? `segment ${listed.msn} of ${listed.durationSec} s (${uriPath(listed.url)}) stands there now`
    : 'the playlist ends before it now'
  return new ConflictError('The playlist is no longer the one that this download began with.', {
    why: `${recorded.rendition}, place ${recorded.position}: segment ${recorded.msn} of ${recorded.durationSec} s (${recorded.uriPath}) was recorded, ${now}.`,
    fix: 'Start a new download of this address; what is recorded stays until you remove it.',
  })
}
