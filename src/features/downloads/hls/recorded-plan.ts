import type { RecordedSegment, RecordingHead } from '#domain/recording.ts'
import { fixedInitNames } from './init-names.ts'
import { earlierWishes } from './live-resume.ts'
import type { StreamPlan } from './segment-wish.ts'

/** Why there is nothing at a place of a recording that was ended early. */
export const NOT_FETCHED = 'it had not been fetched when the recording was ended'

/** Of a recording that nothing is added to any more: what it lacks are gaps. */
export function recordedPlan(
  head: RecordingHead,
  segments: ReadonlyMap<string, readonly RecordedSegment[]>,
): StreamPlan {
  const { url, targetDurationSec } = head
  const nothing = { segments: [], complete: true, holdBackSec: null, tailOpen: false, notes: [] }
  return {
    head,
    notes: ['Its address was not asked again: what had been recorded before is all of it.'],
    async *wishes() {
      const snapshot = { url, targetDurationSec, ...nothing }
      for (const [rendition, recorded] of segments) {
        yield* earlierWishes(rendition, recorded, snapshot, fixedInitNames([]), NOT_FETCHED).missing
      }
    },
    refresh: async () => null,
  }
}
