import type { FollowedRecording, RecordedSegment } from '#domain/recording.ts'

/** Segments of one rendition that one run of ffmpeg can read one after another as if they were one file. */
export interface Stretch {
  readonly period: number
  /** Name of the init section's file, or null. */
  readonly init: string | null
  /** Seconds that are known to be missing just before. */
  readonly gapBeforeSec: number
  readonly first: RecordedSegment
  /** With the first, without gaps. To be read to the end, or left for good, before the next stretch is asked for. */
  segments(): AsyncIterable<RecordedSegment>
}

/**
 * The stretches of a rendition, in order, as the recording grows. One ends where the timeline or the init section changes, and
 * with `endAtGaps` (packed audio: its bytes say nothing of time) also where something is missing.
 */
export async function* stretchesOf(
  recording: FollowedRecording,
  rendition: string,
  { signal, endAtGaps }: { readonly signal: AbortSignal; readonly endAtGaps: boolean },
): AsyncGenerator<Stretch> {
  const source = recording.segments(rendition, 0, signal)[Symbol.asyncIterator]()
  let next = await source.next()
  let gapSec = 0
  try {
    while (!next.done) {
      if (next.value.file === null) {
        gapSec += next.value.durationSec
        next = await source.next()
        continue
      }
      const first = next.value
      const gapBeforeSec = gapSec
      gapSec = 0
      const belongs = (one: RecordedSegment) =>
        one.file === null ? !endAtGaps : one.period === first.period && one.init === first.init
      const segments = async function* () {
        while (!next.done && belongs(next.value)) {
          const { value } = next
          gapSec = value.file === null ? gapSec + value.durationSec : 0
          if (value.file !== null) yield value
          next = await source.next()
        }
      }
      const { period, init } = first
      const reading = segments()
      yield { period, init, gapBeforeSec, first, segments: () => reading }
      for await (const _ of reading);
    }
  } finally {
    source.return?.().catch(() => {})
  }
}
