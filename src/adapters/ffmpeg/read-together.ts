import type { IngestPlan } from '#domain/ingest-plan.ts'
import { arrivals } from './arrivals.ts'
import { Pace } from './pace.ts'
import { type JoinedPart, type ReadingTogether, RenditionReader } from './read-rendition.ts'
import { type RecordingContext, renditionWork } from './recording-context.ts'
import { Timeline } from './timeline.ts'

/** All renditions that deliver tracks of the plan, side by side on one timeline. */
export function readTogether(
  context: RecordingContext,
  plan: Pick<IngestPlan, 'tracks'>,
  how: Pick<ReadingTogether, 'codingMayChange' | 'signal'>,
): ReadingTogether & { readonly parts: AsyncIterable<JoinedPart> } {
  const works = renditionWork(context, plan)
  const pace = new Pace(works.map(({ probed }) => probed.rendition.id))
  const together = { ...how, timeline: new Timeline(), pace }
  const readers = works.map((work) => new RenditionReader(context, work, together))
  return { ...together, parts: arrivals(readers.map((reader) => reader.parts())) }
}
