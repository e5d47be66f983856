import type { RecordedSegment } from '#domain/recording.ts'
import { NOT_FETCHED } from './hls/recorded-plan.ts'
import type { SegmentWish, StreamPlan } from './hls/segment-wish.ts'

/**
 * A plan that heeds `finishing` for streams that are complete too, which would come to their own end: what is missing before
 * the last segment that is there becomes a gap, and the rest is not wished any more. Something has to come of it, so not
 * before something was wished.
 */
export function untilFinished(plan: StreamPlan, recorded: ReadonlyMap<string, readonly RecordedSegment[]>): StreamPlan {
  const lastOf = (rendition: string) => recorded.get(rendition)?.at(-1)?.position ?? -1
  return {
    head: plan.head,
    notes: plan.notes,
    refresh: (wish, signal) => plan.refresh(wish, signal),
    async *wishes(from, signals): AsyncGenerator<SegmentWish> {
      let hasSome = lastOf('main') >= 0
      for await (const wish of plan.wishes(from, signals)) {
        if (!signals.finishing.aborted || !hasSome) yield wish
        else if (wish.position < lastOf(wish.rendition)) yield { ...wish, gap: wish.gap ?? NOT_FETCHED }
        hasSome ||= wish.rendition === 'main' && wish.gap === null
      }
    },
  }
}
