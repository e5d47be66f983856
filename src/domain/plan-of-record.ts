import type { VideoRecord } from './catalog.ts'
import type { IngestPlan } from './ingest-plan.ts'

/** What is left of the plan of a restored video: enough to play it, not to cut it. Null when it never had one. */
export function planOfRecord({ video, targetDurationSec, packaging }: VideoRecord): IngestPlan | null {
  if (targetDurationSec === 0) return null
  const nothingToCut = { borders: [], tracks: [], subtitles: [], reencode: [] }
  return {
    ...nothingToCut,
    startSec: 0,
    durationSec: video.durationSec ?? 0,
    targetDurationSec,
    packaging,
    notes: video.notes,
  }
}
